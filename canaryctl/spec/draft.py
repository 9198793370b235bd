"""A spec for an endpoint as it stands, with its keys explained: a text for a person to go on from.

Rules: pure. What was taken for what is said in the file with its reason; what could be one of two
is refused with both.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Any

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.hosting import KEYS, Configured
from canary.domain.plan.reading.mistake import PAGE
from canary.domain.plan.spec import DEFAULT_STEPS, Spec
from canary.domain.plan.watching.keys import Guards
from canary.domain.words import capital
from canaryctl.spec.scalars import plain

WIDTH = 78
WRITTEN = (
    "on_inconclusive",
    "hold_at_most_minutes",
    "watch_minutes",
    "warm_up_minutes",
    "error_rates",
    "notify",
)
"""Keys that are written out with their defaults."""
OFFERED = ("capacity", "asked_after", "approve_before", "hours", "freezes", "mode")
"""Keys that stand there as a comment, by an example."""


@dataclass(frozen=True)
class Choice:
    """Which canary a spec is drafted for, and why that one."""

    canary: str
    why: str
    model: str | None = None
    """Of what it is built, where it does not stand there yet."""
    adopts: bool = False
    """Whether it serves already."""


def choose(view: EndpointView, canary: str | None, model: str | None) -> Choice:
    """Return the canary that is meant. Raises Refused where none is, or more than one may be."""
    serving = [one for one in view.variants if one.current_weight > 0]
    if not serving:
        raise Refused(
            "endpoint",
            f"{view.name} has no variant that serves, so there is nothing to compare with",
            "Give a variant a weight first",
        )
    if model is not None:
        if canary is not None:
            raise Refused("--model", "--canary names one that stands there", "Give one of the two")
        return Choice(model, "built of the model that --model names", model=model)
    if canary is not None:
        return _named(view, canary)
    at_rest = [one.name for one in view.variants if one.current_weight == 0]
    if len(at_rest) == 1:
        return Choice(at_rest[0], f"the one variant at weight 0, beside {_listed(serving)}")
    if at_rest:
        raise Refused(
            "canary",
            f"{' or '.join(at_rest)} could be meant: each stands at weight 0 on {view.name}",
            f"Say which: {' or '.join(f'--canary {name}' for name in at_rest)}",
        )
    raise Refused(
        "canary",
        f"no variant of {view.name} stands at weight 0: {_listed(serving)}",
        "Name a model to build one of (--model NAME), or a variant that serves already (--canary "
        "NAME), which is taken to share 0 first",
    )


def _named(view: EndpointView, canary: str) -> Choice:
    weights = view.current_weights
    if canary not in weights:
        raise Refused(
            "--canary",
            f"{view.name} has no variant {canary!r}",
            f"It has {', '.join(weights)}",
        )
    others = [one for one in view.variants if one.name != canary and one.current_weight > 0]
    if not others:
        raise Refused(
            "--canary", f"nothing serves beside {canary}", "Name one that is to be promoted"
        )
    if weights[canary] > 0:
        said = f"it serves already (weight {weights[canary]:g}) and is taken to share 0 first"
        return Choice(canary, f"named by --canary; {said}", adopts=True)
    return Choice(canary, f"named by --canary, beside {_listed(others)}")


def _listed(variants: Sequence[Variant]) -> str:
    return ", ".join(f"{one.name} (weight {one.current_weight:g})" for one in variants)


def draft(view: EndpointView, configured: Configured, choice: Choice) -> str:
    """Return the spec as YAML, commented; it validates as it stands."""
    parts = [
        _head(view, configured, choice),
        _key("endpoint", plain(view.name)),
        _canary(choice),
        _steps(),
        _guards(view, configured),
        *(_key(name, json.dumps(_default(name))) for name in WRITTEN),
        *(_offer(name) for name in OFFERED),
    ]
    return "\n".join("\n".join(part) + "\n" for part in map(list, parts))


def _head(view: EndpointView, configured: Configured, choice: Choice) -> Iterator[str]:
    yield from _said(f"A rollout of {choice.canary} on {view.name}: {choice.why}.")
    found = ", ".join(_variant(one) for one in view.variants)
    yield from _said(f"Found: configuration {view.config_name} with {found}.")
    if not view.in_service:
        yield from _said(f"The endpoint was {view.standing}; a rollout waits for InService.")
    for unread in configured.unread:
        yield from _said(f"Not read: {unread.what} of {unread.name} ({unread.why}).")
    yield "#"
    yield from _said(
        f"Every key: {PAGE}. What is commented out is left out. Check it with canaryctl validate, "
        "start it with canaryctl start --spec."
    )


def _variant(one: Variant) -> str:
    count = "serverless" if one.serverless else f"{one.current_count} instances"
    return f"{one.name} (weight {one.current_weight:g}, {count})"


def _canary(choice: Choice) -> Iterator[str]:
    if choice.model is not None:
        text = f"{{model: {plain(choice.model)}}}"
        yield from _said(f"{capital(choice.why)}.")
    else:
        text = plain(choice.canary)
        yield from _said(f"{choice.canary}: {choice.why}.")
    yield f"canary: {text}"
    if choice.adopts:
        yield from _key("adopt_live", "true")


def _steps() -> Iterator[str]:
    yield from _said(_meaning("steps") + " A share is a fraction: 0.05 is 5%.")
    yield "steps:"
    for step in DEFAULT_STEPS:
        bake = step.bake_minutes
        yield f"  - share: {step.share:g}"
        yield f"    bake_minutes: {{min: {bake.min}, max: {bake.max}}}"


def _guards(view: EndpointView, configured: Configured) -> Iterator[str]:
    fields = Guards.model_fields
    yield from _said("What is watched.")
    yield "guards:"
    yield from _said(f"{fields['errors'].description} Or 5xx, 4xx.", "  ")
    yield "  errors: {count: model_errors}"
    yield from _said(str(fields["slow_requests"].description), "  ")
    yield "  # slow_requests: {threshold_ms: 200}"
    yield from _said(str(fields["alarms"].description), "  ")
    if view.deployment_alarms:
        yield from _said("These roll back the endpoint's deployments.", "  ")
    names = list(view.deployment_alarms) or ["an-alarm-of-yours"]
    yield f"  # alarms: {json.dumps(names)}"
    yield from _said(str(fields["quality"].description), "  ")
    quality = {"labelled_set": "s3://bucket/labelled.csv", "label_column": 0}
    needs = {KEYS[one.addressed] for one in configured.hosting.values() if one.addressed in KEYS}
    quality |= {key: f"name of the {key.rpartition('_')[2]}" for key in sorted(needs)}
    yield f"  # quality: {json.dumps(quality)}"


def _key(name: str, value: str) -> Iterator[str]:
    yield from _said(_meaning(name))
    yield f"{_written(name)}: {value}"


def _offer(name: str) -> Iterator[str]:
    field = Spec.model_fields[name]
    yield from _said(_meaning(name))
    yield f"# {_written(name)}: {json.dumps((field.examples or [None])[0])}"


def _written(name: str) -> str:
    return Spec.model_fields[name].alias or name


def _meaning(name: str) -> str:
    return (Spec.model_fields[name].description or "").replace("`", "")


def _default(name: str) -> Any:
    value = Spec.model_fields[name].default
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _said(text: str, indent: str = "") -> Iterator[str]:
    """Yield a sentence as comment lines."""
    for line in wrap(
        text.replace("`", ""),
        WIDTH - len(indent) - 2,
        break_long_words=False,
        break_on_hyphens=False,
    ):
        yield f"{indent}# {line}"
