# zoho2xero: what people and CI run. `make` alone prints this list.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

DATA   ?=
REPORT ?=
SECTION ?=
ARGS   ?=
COVER  ?=
ALL    ?=
REPLICAS ?= 2
SEEDS  ?= 50
SEED_START ?= 1
JOBS   ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup demo test engines up test-engines chaos chaos-engines chaos-proof bench lint fmt

help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  make demo DATA=FILE.csv REPORT=FILE.json   the same on real sales, with the figures in a file"

$(STAMP): pyproject.toml uv.lock $(wildcard */pyproject.toml */*/pyproject.toml)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@UV_PYTHON_DOWNLOADS=never $(BIN)/python -m uv sync --frozen --inexact --quiet
	@touch $(STAMP)

setup: $(STAMP) ## Make .venv with everything in it, from the lock file

demo: $(STAMP) ## A whole first sync on this machine: sandbox, four services, no account needed
	@$(BIN)/zoho2xero demo $(if $(DATA),--data "$(DATA)") $(if $(REPORT),--report "$(REPORT)") $(ARGS)

test: $(STAMP) ## Run the tests (ALL=1 with the thorough ones; COVER=1 adds branch coverage, at least 90 %)
	@$(BIN)/python -m pytest -n 3 --dist worksteal -m "not proof$(if $(ALL),, and not thorough)" $(if $(COVER),--cov --cov-report=term) $(ARGS)

engines: $(STAMP) ## Start real PostgreSQL and Kafka on this machine; prints how to point the services at them
	@$(BIN)/zoho2xero engines start $(ARGS)

up: $(STAMP) ## The four services on these engines, REPLICAS=2 processes of each, behind one port, until Ctrl-C
	@$(BIN)/zoho2xero up --replicas $(REPLICAS) $(ARGS)

test-engines: export REQUIRE_ENGINES = 1
test-engines: $(STAMP) ## The tests of bus, stores and whole runs once more, on real engines that live as long
	@$(BIN)/zoho2xero engines run -- $(BIN)/python -m pytest -n 2 --dist worksteal $(if $(ALL),,-m "not thorough") \
		tests/contract tests/e2e tests/unit/sync_kit $(wildcard tests/unit/*/store) \
		tests/unit/zoho2xero/engines tests/unit/zoho2xero/up --ignore tests/e2e/test_readme.py $(ARGS)

chaos: $(STAMP) ## Seeded fault runs: SEEDS=50 from SEED_START=1; the last line is JSON, the exit code 1 unless all is well
	@$(BIN)/python -m tests.chaos --seeds $(SEEDS) --start $(SEED_START) --jobs $(JOBS) $(ARGS)

chaos-engines: $(STAMP) ## The same with real processes on real PostgreSQL and Kafka, killed with SIGKILL: minutes a seed (SEEDS=3)
	@$(BIN)/python -m tests.chaos.engines --seeds $(if $(filter file,$(origin SEEDS)),3,$(SEEDS)) --start $(SEED_START) $(ARGS)

chaos-proof: $(STAMP) ## Prove that chaos finds faults that are planted, and lives a seed the same way twice; many minutes
	@$(BIN)/python -m pytest -m proof tests/chaos tests/state $(ARGS)

bench: $(STAMP) ## Measure everything, or SECTION=name,name (REPORT=FILE.json keeps the figures); everything takes more than half an hour
	@$(BIN)/python -m tests.bench $(if $(SECTION),--section "$(SECTION)") $(if $(REPORT),--report "$(REPORT)") $(ARGS)

lint: $(STAMP) ## Style, types, dependency rules, sizes
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m pytest -q tests/architecture

fmt: $(STAMP) ## Put the code into its form
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .
