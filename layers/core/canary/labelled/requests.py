"""Request bodies: one or several examples in the form the model takes."""

import base64
import binascii
import csv
import io
import json
import math
from collections.abc import Callable
from typing import Any

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.bodies.npy import npy
from canary.labelled.bodies.template import (
    check_template,
    filled,
    typed_features,
    values_of,
)
from canary.labelled.examples import Example
from canary.labelled.files.plain_text import format_of
from canary.labelled.layout import Layout, Value, column_position

LARGEST_BODY_BYTES = 6_291_456
Fetch = Callable[[str], bytes]
"""Returns the bytes of an object by its address; raises Refused where there is none to read."""


class BodyTooLarge(Exception):
    """A request body over the limit of 6,291,456 bytes."""


class Unsendable(Exception):
    """A value that no request body can carry."""


def build_body(
    examples: tuple[Example, ...],
    layout: Layout,
    spec: QualityGuardSpec,
    fetch: Fetch | None = None,
) -> bytes:
    """Return the request body for the examples, in their order.

    `fetch` reads what a column holds the address of; without it the address alone is looked at.
    Raises BodyTooLarge over the endpoint's limit, Unsendable where the form cannot carry a value.
    """
    try:
        encoded = _body(examples, layout, spec, fetch)
    except (ValueError, RecursionError):
        raise Unsendable("has a number that is not finite, or text that is not Unicode") from None
    if len(encoded) > LARGEST_BODY_BYTES:
        raise BodyTooLarge(
            f"needs a body of {len(encoded)} bytes, over the {LARGEST_BODY_BYTES} an endpoint takes"
        )
    return encoded


def _body(
    examples: tuple[Example, ...], layout: Layout, spec: QualityGuardSpec, fetch: Fetch | None
) -> bytes:
    if spec.form == "csv":
        return _csv(examples).encode()
    if spec.form == "column":
        return _columns(examples, layout, spec, fetch)
    if spec.form == "npy":
        return npy([_numbers(example, layout, spec) for example in examples])
    every = [values_of(example, layout, empty_is_null=_null(spec)) for example in examples]
    if spec.form == "jsonlines":
        template = {"features": "$features"} if spec.request is None else spec.request
        return "\n".join(_json(filled(template, [one])) for one in every).encode()
    template = {"instances": "$features[]"} if spec.request is None else spec.request
    return _json(filled(template, every)).encode()


def check_request(spec: QualityGuardSpec, layout: Layout) -> None:
    """Return when what the spec sends fits the layout; raise Refused naming the field that does
    not.
    """
    check_template(spec, layout)
    known = {layout.name(i) for i in layout.features}
    unknown = sorted(set(spec.column_types) - known)
    if unknown:
        problem = f"no feature is called {unknown[0]!r}"
        raise Refused("guards.quality.column_types", problem, "Name a column that is sent")
    if spec.form == "column":
        _body_column(spec, layout)


def _body_column(spec: QualityGuardSpec, layout: Layout) -> int:
    """Return which of the features is the body."""
    field = "guards.quality.body_column"
    if spec.body_column is None:
        if len(layout.features) == 1:
            return 0
        problem = f"{len(layout.features)} columns are left to send, and one of them is the body"
        raise Refused(field, problem, "Name it")
    position = column_position(
        "body_column", spec.body_column, layout.names, layout.width, listed=spec.header is True
    )
    if position not in layout.features:
        raise Refused(field, "names a column that is not sent", "Name one that is a feature")
    return layout.features.index(position)


def _columns(
    examples: tuple[Example, ...], layout: Layout, spec: QualityGuardSpec, fetch: Fetch | None
) -> bytes:
    column = _body_column(spec, layout)
    return b"\n".join(_column(example.features[column], spec, fetch) for example in examples)


def _column(value: Value, spec: QualityGuardSpec, fetch: Fetch | None) -> bytes:
    if spec.body_from == "s3" and isinstance(value, str) and value:
        if fetch is None:
            return value.encode()
        try:
            value = fetch(value)
        except Refused:
            raise Unsendable("names an object that cannot be read") from None
    found = value.encode() if isinstance(value, str) else value
    if not isinstance(found, bytes) or not found:
        raise Unsendable("has neither text nor bytes in the column that is the body")
    if spec.body == "raw":
        return found
    try:
        return base64.b64decode(b"".join(found.split()), validate=True)
    except binascii.Error:
        raise Unsendable("has no base64 in the column that is the body") from None


def _numbers(example: Example, layout: Layout, spec: QualityGuardSpec) -> list[float]:
    found = typed_features(example, layout, empty_is_null=_null(spec))
    if not all(isinstance(one, int | float) for one in found):
        raise Unsendable("has a feature that is no number, where the body is an array of numbers")
    numbers = [float(one) for one in found]
    if not all(map(math.isfinite, numbers)):
        raise Unsendable("has a number that is not finite")
    return numbers


def _null(spec: QualityGuardSpec) -> bool:
    return spec.empty == "null" and format_of(spec) == "csv"


def _csv(examples: tuple[Example, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(
        map(_plain, example.features) for example in examples
    )
    return out.getvalue().removesuffix("\n")


def _plain(value: Value) -> str:
    if isinstance(value, bytes):
        raise Unsendable("has bytes in a column, which a CSV body cannot carry")
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)
