"""Whether the AWS CLI takes a command, by the API models that botocore ships.

The CLI is made from the same models: a service, an operation and an option for every member of its
input, in small letters and with hyphens. What it has beside them stands here with its options.
Source: AWS CLI user guide and reference, version 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jmespath
from botocore import xform_name
from botocore.session import get_session

GLOBAL = {"query", "output", "region", "profile", "no-paginate", "max-items", "no-cli-pager"}
"""Options of every command: user guide, "Command line options"."""
BESIDE: dict[tuple[str, str], set[str]] = {
    ("logs", "tail"): {"since", "follow", "format"},
    ("s3", "cp"): set(),
    ("s3", "rb"): {"force"},
}
"""Commands that the CLI has beside the APIs; version 2 alone has `logs tail`."""
RENAMED: dict[tuple[str, str], dict[str, str]] = {
    ("sns", "subscribe"): {"endpoint": "notification-endpoint"},
    ("stepfunctions", "send-task-success"): {"output": "task-output"},
}
"""Options that would be options of every command, by the name they have instead: CLI reference."""
SCALARS = {"integer": int, "long": int, "float": float, "double": float}
Options = Mapping[str | None, list[str]]


def aws_problems(words: Sequence[str]) -> list[str]:
    """Return why the AWS CLI would not take these words behind `aws`; none where it would."""
    service, *rest = words
    if words == ("--version",):
        return []
    if service not in get_session().get_available_services():
        return [f"no service {service}"]
    if not rest:
        return []
    operation, *given = rest
    options = dict(_options(given))
    if (service, operation) in BESIDE:
        return list(_unknown(options.keys() - {None}, BESIDE[service, operation]))
    model = get_session().get_service_model(service)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        return [f"no operation {operation}"]
    shape: Any = model.operation_model(names[operation]).input_shape
    renamed = RENAMED.get((service, operation), {})
    made = {xform_name(name, "-"): name for name in (shape.members if shape else ())}
    members = {renamed.get(option, option): name for option, name in made.items()}
    members |= {
        f"no-{option}": name
        for option, name in members.items()
        if shape.members[name].type_name == "boolean"
    }
    return list(_misfits(shape, members, options))


def _options(words: list[str]) -> Iterator[tuple[str | None, list[str]]]:
    """Yield each option with its values; None holds the words before the first."""
    name: str | None = None
    values: list[str] = []
    for word in words:
        if word.startswith("--"):
            if name is not None or values:
                yield name, values
            name, values = word.removeprefix("--"), []
        else:
            values.append(word)
    if name is not None or values:
        yield name, values


def _unknown(given: set[str | None], known: set[str]) -> Iterator[str]:
    yield from (f"no option --{name}" for name in sorted(map(str, given - known - GLOBAL)))


def _misfits(shape: Any, members: Mapping[str, str], options: Options) -> Iterator[str]:
    if None in options:
        yield f"{options[None]} belongs to no option"
    yield from _unknown(options.keys() - {None}, set(members))
    yield from (
        f"needs --{option}"
        for option, member in members.items()
        if member in shape.required_members
        and not option.startswith("no-")
        and not {option, f"no-{option}"} & options.keys()
    )
    for option, values in options.items():
        if option is not None and option in members:
            yield from _value_problems(shape.members[members[option]], values)
    yield from _query_problems(*options.get("query", []))


def _query_problems(query: str = "@") -> Iterator[str]:
    try:
        jmespath.compile(query.replace("$1", "x"))
    except jmespath.exceptions.JMESPathError as error:
        yield f"--query: {error}"


def _value_problems(shape: Any, values: list[str]) -> Iterator[str]:
    """Yield why values are not of a shape: JSON where they begin so, else plain or shorthand."""
    for value in values:
        if "$" in value:  # what it comes to is known to the shell alone
            continue
        if value[:1] in {"{", "["} and shape.type_name in {"structure", "list", "map"}:
            yield from _json_problems(value)
        elif shape.type_name in SCALARS:
            yield from _number_problems(shape.type_name, value)
        else:
            yield from _text_problems(shape, value)


def _json_problems(value: str) -> Iterator[str]:
    try:
        json.loads(value)
    except ValueError as error:
        yield f"{value} is no JSON: {error}"


def _number_problems(kind: str, value: str) -> Iterator[str]:
    try:
        SCALARS[kind](value)
    except ValueError:
        yield f"{value} is no {kind}"


def _text_problems(shape: Any, value: str) -> Iterator[str]:
    """Yield why a text is none of the values it may have; shorthand names members of its shape."""
    item = shape.member if shape.type_name == "list" else shape
    enum = getattr(item, "enum", [])
    if enum and value not in enum:
        yield f"{value} is none of {', '.join(enum)}"
    elif item.type_name == "structure":
        named = {part.split("=")[0] for part in re.split(r",(?=\w+=)", value)}
        yield from (f"{name} is no member of {item.name}" for name in named - item.members.keys())
    elif not enum and re.fullmatch(r"[A-Z][A-Z0-9_]*", value):
        yield f"{value} stands for something: set it once, and say $NAME"
