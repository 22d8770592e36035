"""What other versions of our services expect of events, and which changes they can live with.

`events.snapshot.json` holds the JSON schema of every published event type. Old and new services run side by side, and
events wait in topics for days: so a type only ever gains optional fields (and, once its readers know it, a word in a
closed set). Anything else needs a new type name.

    python -m tests.contract.event_schemas     takes compatible changes into the snapshot, and refuses the others
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sync_kit.contracts.events import EVENT_TYPES, Event

SNAPSHOT = Path(__file__).with_name("events.snapshot.json")
COMMAND = "python -m tests.contract.event_schemas"

Schema = Mapping[str, Any]

_WORDS_ABOUT_IT = {"title", "description", "default", "$defs"}
_COMPARED_BY_RULE = {"properties", "required", "enum", "items", "additionalProperties", "propertyNames", "anyOf"}


def build_schemas(types: Mapping[str, type[Event]] = EVENT_TYPES) -> dict[str, Schema]:
    """The schema of every type, references put in place, without words about it."""
    return {name: _settle(model.model_json_schema()) for name, model in types.items()}


def find_breaking_changes(old: Mapping[str, Schema], new: Mapping[str, Schema]) -> list[str]:
    """What somebody who speaks `old` would trip over in `new`; empty when nothing."""
    gone = [f"{name}: the type is gone" for name in old if name not in new]
    return gone + [fault for name in old if name in new for fault in _compare(old[name], new[name], name)]


def _compare(old: Schema, new: Schema, at: str) -> Iterator[str]:
    properties, new_properties = old.get("properties", {}), new.get("properties", {})
    required, now_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in properties:
        if name in new_properties:
            yield from _compare(properties[name], new_properties[name], f"{at}.{name}")
        else:
            yield f"{at}.{name}: the field is gone"
    yield from (f"{at}.{name}: the field is now required" for name in sorted(now_required - required))
    yield from (
        f"{at}.{name}: the field may now be absent" for name in sorted((required - now_required) & set(new_properties))
    )
    if "enum" in old and "enum" in new:
        yield from (f"{at}: {word} is no longer allowed" for word in old["enum"] if word not in new["enum"])
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(old.get(key), Mapping) and isinstance(new.get(key), Mapping):
            yield from _compare(old[key], new[key], f"{at}[]")
        elif old.get(key) != new.get(key):
            yield f"{at}: {key} changed"
    options, new_options = old.get("anyOf", []), new.get("anyOf", [])
    if len(options) != len(new_options):
        yield f"{at}: the type changed"
    else:
        for option, new_option in zip(options, new_options, strict=True):
            yield from _compare(option, new_option, at)
    rest, new_rest = _take_rest(old), _take_rest(new)
    if rest != new_rest or ("enum" in old) != ("enum" in new):
        yield f"{at}: the type changed from {_name(old)} to {_name(new)}"


def _take_rest(schema: Schema) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key not in _COMPARED_BY_RULE}


def _name(schema: Schema) -> str:
    return str(schema.get("format") or schema.get("type") or sorted(schema))


def _settle(schema: Schema) -> Schema:
    definitions = schema.get("$defs", {})

    def settle(node: Any, *, names: bool = False) -> Any:
        if isinstance(node, list):
            return [settle(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return settle(definitions[node["$ref"].rsplit("/", 1)[-1]])
        if "const" in node:
            node = {**{key: value for key, value in node.items() if key != "const"}, "enum": [node["const"]]}
        kept = {key: value for key, value in node.items() if names or key not in _WORDS_ABOUT_IT}
        return {key: settle(value, names=key == "properties" and not names) for key, value in kept.items()}

    settled: Schema = settle(schema)
    return settled


def read_snapshot() -> dict[str, Schema]:
    """The schemas that are published."""
    schemas: dict[str, Schema] = json.loads(SNAPSHOT.read_text())
    return schemas


def main() -> int:
    """Take the present schemas into the snapshot unless that breaks somebody; the exit code."""
    schemas = build_schemas()
    breaking = find_breaking_changes(read_snapshot(), schemas) if SNAPSHOT.exists() else []
    if breaking:
        sys.stderr.write("".join(f"{fault}\n" for fault in breaking))
        sys.stderr.write("Give the changed event a new type name, such as .v2, and keep the old one.\n")
        return 1
    SNAPSHOT.write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
