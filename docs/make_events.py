"""Write docs/events.md from the event models: `python -m docs.make_events`.

The page is a reference for people; the models in sync_kit.contracts are the truth.
"""

import ast
import inspect
import textwrap
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel
from pydantic.fields import FieldInfo

from sync_kit.contracts import topics
from sync_kit.contracts.events import EVENT_TYPES, Event
from sync_kit.contracts.topics import Topic

PAGE = Path(__file__).with_name("events.md")
COMMAND = "python -m docs.make_events"

_HEAD = f"""# Events

Generated from the models by `{COMMAND}`; do not edit.

Services tell each other what happened by these events. The key of every message is the `tenant_id`; order is not
assumed, and every event may come twice. The value is JSON (UTF-8) with exact decimals and stays below
{topics.MAX_EVENT_BYTES // 1024} KiB.

The envelope is CloudEvents 1.0 in binary mode, one header for each attribute:

| header | meaning |
|---|---|
| `ce_specversion` | `1.0` |
| `ce_id` | unique for ever; a consumer takes each id in once |
| `ce_type` | the event's type with its version |
| `ce_source` | the service that wrote it |
| `ce_time` | when it was written, by the writer's store |
| `ce_subject` | the tenant |
| `ce_run`, `ce_module` | where the event has them |
| `ce_page`, `ce_count` | of a page of records, so that one that cannot be read is still accounted for |
| `content-type` | `application/json` |

No header, and nothing in a topic marked "nothing personal", tells anything about a person or a document.

A type gains optional fields only; readers pass over fields that they do not know. A closed set of words grows only
after its readers were brought up to date. Any other change is a new type.
"""


def write_page() -> str:
    """The whole page."""
    parts = [_HEAD]
    shapes: dict[str, type[BaseModel]] = {}
    sets: dict[str, type[Enum]] = {}
    for topic in topics.ALL:
        parts.append(f"## {topic.name}\n\n{_describe_topic(topic)}\n")
        for event in EVENT_TYPES.values():
            if event.topic is topic:
                parts.append(f"### {event.__name__}\n\n`{event.type}`\n\n{_describe_model(event)}")
                _collect(event, shapes, sets)
    parts.append("## Parts\n")
    parts += [f"### {name}\n\n{_describe_model(shapes[name])}" for name in sorted(shapes)]
    parts.append("## Closed sets\n\n| set | words |\n|---|---|")
    rows = [f"| {name} | {', '.join(f'`{word.value}`' for word in sets[name])} |" for name in sorted(sets)]
    return "\n".join(parts) + "\n" + "\n".join(rows) + "\n"


def _describe_topic(topic: Topic) -> str:
    kept = (
        "Compacted: the newest value per tenant stays"
        if topic.retention_days is None
        else f"Kept {topic.retention_days} days"
    )
    return f"{kept}. {'Carries records' if topic.carries_payloads else 'Nothing personal'}."


def _describe_model(model: type[BaseModel]) -> str:
    notes = _read_field_notes(model)
    rows = [
        f"| `{name}` | {_name_type(field.annotation)} | {_say_default(field)} | {notes.get(name, '')} |"
        for name, field in model.model_fields.items()
    ]
    table = "\n".join(["| field | type | default | |", "|---|---|---|---|", *rows])
    return f"{inspect.cleandoc(model.__doc__ or '')}\n\n{table}\n"


def _read_field_notes(model: type[BaseModel]) -> dict[str, str]:
    """The text below a field in the model's source."""
    body = ast.parse(textwrap.dedent(inspect.getsource(model))).body[0]
    notes = {}
    if isinstance(body, ast.ClassDef):
        for field, note in zip(body.body, body.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and isinstance(note, ast.Expr):
                notes[field.target.id] = inspect.cleandoc(ast.literal_eval(note.value)).replace("\n", " ")
    return notes


def _name_type(kind: Any) -> str:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _name_type(inner[0])
    if origin in (Union, UnionType):
        return " or ".join(_name_type(option) for option in inner)
    if origin is tuple:
        return f"list of {_name_type(inner[0])}"
    if origin is not None:
        return f"object: {_name_type(inner[0])} to {_name_type(inner[1])}"
    return _link(kind) if inspect.isclass(kind) and issubclass(kind, BaseModel | Enum) else _PLAIN_NAMES[kind]


def _link(kind: type[BaseModel] | type[Enum]) -> str:
    anchor = "closed-sets" if issubclass(kind, Enum) else kind.__name__.lower()
    return f"[{kind.__name__}](#{anchor})"


_PLAIN_NAMES: dict[Any, str] = {
    str: "text",
    int: "integer",
    bool: "true or false",
    NoneType: "null",
    Any: "any JSON",
    Decimal: "exact number",
    date: "date",
    datetime: "time with zone",
    AwareDatetime: "time with zone",
}


def _say_default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Enum):
        return f"`{value.value}`"
    if isinstance(value, BaseModel):
        return "all absent"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"`{value}`" if isinstance(value, int | str) else "empty"


def _collect(model: type[BaseModel], shapes: dict[str, type[BaseModel]], sets: dict[str, type[Enum]]) -> None:
    for field in model.model_fields.values():
        for kind in _walk(field.annotation):
            if issubclass(kind, Enum):
                sets[kind.__name__] = kind
            elif issubclass(kind, BaseModel) and not issubclass(kind, Event) and kind.__name__ not in shapes:
                shapes[kind.__name__] = kind
                _collect(kind, shapes, sets)


def _walk(kind: Any) -> Iterator[type]:
    if inspect.isclass(kind) and get_origin(kind) is None:
        yield kind
    for inner in get_args(kind):
        yield from _walk(inner)


if __name__ == "__main__":
    PAGE.write_text(write_page())
