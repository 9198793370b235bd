"""JSON request templates: placeholders filled with a record's values, types kept.

Rules: a text that is one placeholder becomes the value; a placeholder inside longer text becomes
text there. What the result is put into JSON by is `json`, so that nothing needs escaping here. A
placeholder that matches nothing is refused before any call.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import Example
from canary.labelled.layout import Layout, Value

FIELD = "guards.quality.request"
_WHOLE = re.compile(r"(\$[A-Za-z_]+|\$\{[^{}]*\})(\[\])?")
_INSIDE = re.compile(r"\$\$\{|(\$\{[^{}]*\})")
_REMEDY = 'Use "$features", "$record" or "${column}", with [] behind it for a list over the records'


@dataclass(frozen=True)
class Values:
    """One record's values by placeholder: with their types, and as text inside longer text."""

    typed: Mapping[str, Any]
    raw: Mapping[str, Value]


def values_of(example: Example, layout: Layout, *, empty_is_null: bool) -> Values:
    """Return what the placeholders stand for in one record."""
    names = layout.feature_names()
    features = typed_features(example, layout, empty_is_null=empty_is_null)
    by_name = dict(zip(names, features, strict=True))
    placeholders = [f"${{{name}}}" for name in names]
    typed = dict(zip(placeholders, features, strict=True))
    typed |= {"$features": features, "$record": by_name if layout.names else features}
    return Values(typed, dict(zip(placeholders, example.features, strict=True)))


def typed_features(example: Example, layout: Layout, *, empty_is_null: bool) -> list[Any]:
    """Return the features with their types: cells of number columns as numbers, bytes as base64
    text.
    """
    return [
        _typed(value, number=position in layout.numbers, empty_is_null=empty_is_null)
        for position, value in zip(layout.features, example.features, strict=True)
    ]


def _typed(value: Value, *, number: bool, empty_is_null: bool) -> Value:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if not isinstance(value, str):
        return value
    if empty_is_null and not value.strip():
        return None
    if not number:
        return value
    try:
        return json.loads(value)  # type: ignore[no-any-return]
    except ValueError:
        return None if empty_is_null else value


def filled(template: Any, every: Sequence[Values]) -> Any:
    """Return the template with the values of the request's records; the first one's where no list
    is asked for.
    """
    if isinstance(template, str):
        return _filled_text(template, every)
    if isinstance(template, list):
        return [filled(item, every) for item in template]
    if isinstance(template, dict):
        return {key: filled(item, every) for key, item in template.items()}
    return template


def _filled_text(template: str, every: Sequence[Values]) -> Any:
    whole = _whole(template)
    if whole is not None:
        name, is_list = whole
        found = [one.typed.get(name, template) for one in every]
        return found if is_list else found[0]
    if "${" not in template:
        return template
    if _is_list(template):
        text = template.removesuffix("[]")
        return [_INSIDE.sub(lambda found: _text(found, one), text) for one in every]  # noqa: B023 - called at once
    return _INSIDE.sub(lambda found: _text(found, every[0]), template)


@lru_cache(maxsize=1_024)
def _whole(template: str) -> tuple[str, bool] | None:
    found = _WHOLE.fullmatch(template)
    return None if found is None else (found[1], found[2] is not None)


def _is_list(template: str) -> bool:
    """Return whether a longer text with placeholders is asked for once a record."""
    return template.endswith("[]") and any(found[1] for found in _INSIDE.finditer(template))


def _text(found: re.Match[str], values: Values) -> str:
    if found[1] is None:
        return "${"
    value = values.raw.get(found[1], found[0])
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return "" if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)


def check_template(spec: QualityGuardSpec, layout: Layout) -> None:
    """Return when the request template fits the layout; raise Refused for a placeholder that
    matches nothing, or for none.
    """
    if spec.request is None:
        return
    found = _placeholders(spec.request)
    names = layout.feature_names()
    known = {"$features", "$record"} | {f"${{{name}}}" for name in names}
    unknown = sorted(name for name in found if name.removesuffix("[]") not in known)
    if unknown:
        raise Refused(FIELD, f"unknown placeholder {unknown[0]}", _REMEDY)
    if not found:
        raise Refused(
            FIELD,
            "no placeholder: every record would send the same body",
            'Put "$features" where they belong',
        )
    by_name = {name.removesuffix("[]") for name in found} - {"$features"}
    if by_name and len(set(names)) < len(names):
        problem = "two columns have one name, and the template asks for columns by name"
        raise Refused(FIELD, problem, "Leave one out by drop_columns, or give them other names")
    several = spec.records_per_request > 1 and spec.form == "json"
    if several and not any(name.endswith("[]") for name in found):
        remedy = (
            'Use "$features[]", "$record[]" or "${column}[]" where the list over the '
            "records belongs"
        )
        raise Refused(
            FIELD,
            "records_per_request is above 1 and the template has room for one record",
            remedy,
        )


def _placeholders(template: Any) -> set[str]:
    """Return the placeholders of a template; one inside a longer text that is a list has [] behind
    it.
    """
    if isinstance(template, str):
        if _whole(template) is not None:
            return {template}
        end = "[]" if _is_list(template) else ""
        return {found[1] + end for found in _INSIDE.finditer(template) if found[1]}
    if isinstance(template, list):
        return set[str]().union(*map(_placeholders, template))
    if isinstance(template, dict):
        if any(_placeholders(key) for key in template):
            problem = "a placeholder stands where a key belongs"
            raise Refused(FIELD, problem, "Fill values; keys are sent as they are")
        return set[str]().union(*map(_placeholders, template.values()))
    return set()
