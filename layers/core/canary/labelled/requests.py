"""Request bodies: one or several examples in the form the model takes."""

import csv
import io
import json
from typing import Any

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.examples import Example
from canary.labelled.layout import Layout, Value

LARGEST_BODY_BYTES = 6_291_456
_FIELD = "guards.quality.request"


class BodyTooLarge(Exception):
    """A request body over the limit of 6,291,456 bytes."""


class Unsendable(Exception):
    """A value that no request body can carry."""


def build_body(examples: tuple[Example, ...], layout: Layout, spec: QualityGuardSpec) -> bytes:
    """Return the request body for the examples, in their order.

    Raises BodyTooLarge over the endpoint's limit, Unsendable where JSON or UTF-8 cannot carry a
    value.
    """
    try:
        encoded = _body(examples, layout, spec).encode()
    except ValueError:
        raise Unsendable("has a number that is not finite, or text that is not Unicode") from None
    if len(encoded) > LARGEST_BODY_BYTES:
        raise BodyTooLarge(
            f"needs a body of {len(encoded)} bytes, over the {LARGEST_BODY_BYTES} an endpoint takes"
        )
    return encoded


def _body(examples: tuple[Example, ...], layout: Layout, spec: QualityGuardSpec) -> str:
    if spec.content_type == "text/csv":
        return _csv(examples)
    if spec.content_type == "application/jsonlines":
        return "\n".join(_json(_one(example, layout, spec)) for example in examples)
    template = {"instances": "$features[]"} if spec.request is None else spec.request
    return _json(_document(examples, layout, template))


def check_template(spec: QualityGuardSpec, layout: Layout) -> None:
    """Return when the request template fits the layout; raise Refused for an unknown
    placeholder.
    """
    if spec.request is None:
        return
    found = _placeholders(spec.request)
    known = {"$features", "$record"} | {f"${{{name}}}" for name in layout.feature_names()}
    unknown = sorted(name for name in found if name.removesuffix("[]") not in known)
    if unknown:
        remedy = (
            'Use "$features", "$record" or "${column}", with [] behind it for a list over '
            "the records"
        )
        raise Refused(_FIELD, f"unknown placeholder {unknown[0]}", remedy)
    if not found:
        remedy = 'Put "$features" where they belong'
        raise Refused(_FIELD, "no placeholder: every record would send the same body", remedy)
    several = spec.records_per_request > 1 and spec.content_type == "application/json"
    if several and not any(name.endswith("[]") for name in found):
        remedy = (
            'Use "$features[]", "$record[]" or "${column}[]" where the list over the '
            "records belongs"
        )
        raise Refused(
            _FIELD,
            "records_per_request is above 1 and the template has room for one record",
            remedy,
        )


def _csv(examples: tuple[Example, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        map(_plain, example.features) for example in examples
    )
    return out.getvalue().removesuffix("\n")


def _plain(value: Value) -> str:
    return "" if value is None else str(value) if isinstance(value, str) else json.dumps(value)


def _document(examples: tuple[Example, ...], layout: Layout, template: Any) -> Any:
    every = [_values(example, layout) for example in examples]
    lists = {f"{name}[]": [values[name] for values in every] for name in every[0]}
    return _fill(template, every[0] | lists)


def _one(example: Example, layout: Layout, spec: QualityGuardSpec) -> Any:
    return _document(
        (example,), layout, {"features": "$features"} if spec.request is None else spec.request
    )


def _values(example: Example, layout: Layout) -> dict[str, Any]:
    features = [_typed(value) for value in example.features]
    by_name = dict(zip(layout.feature_names(), features, strict=True))
    columns = {f"${{{name}}}": value for name, value in by_name.items()}
    return columns | {"$features": features, "$record": by_name if layout.names else features}


def _typed(value: Value) -> Value:
    """Return a CSV cell that is written like a number as that number; text stays text."""
    if not isinstance(value, str):
        return value
    try:
        parsed = json.loads(value)
    except ValueError:
        return value
    return parsed if isinstance(parsed, int | float) and not isinstance(parsed, bool) else value


def _fill(template: Any, values: dict[str, Any]) -> Any:
    if isinstance(template, str):
        return values.get(template, template)
    if isinstance(template, list):
        return [_fill(item, values) for item in template]
    if isinstance(template, dict):
        return {key: _fill(item, values) for key, item in template.items()}
    return template


def _placeholders(template: Any) -> set[str]:
    if isinstance(template, str):
        return {template} if template.startswith("$") else set()
    items = (
        template
        if isinstance(template, list)
        else template.values()
        if isinstance(template, dict)
        else ()
    )
    return set().union(*map(_placeholders, items))


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
