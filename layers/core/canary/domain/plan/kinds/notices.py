"""What is told of an endpoint that carries a rollout: what the guards cannot tell apart there, what
else may move it, and what could not be read.
"""

from collections.abc import Iterator, Mapping

from canary.domain.plan.endpoint import TELLS_OF, EndpointView
from canary.domain.plan.kinds.hosting import Addressed, Configured, UnreadThing, addressed_by
from canary.domain.plan.kinds.unlike import told_of_fleets
from canary.domain.plan.spec import Spec

MANY: Mapping[Addressed, str] = {
    "model": "host many models each (Mode MultiModel), whose first request waits until one is "
    "loaded",
    "container": "call their containers one by one (InferenceExecutionConfig Direct)",
}
LEFT_OPEN: Mapping[UnreadThing, str] = {
    "configuration": "it is not known whether requests must name a model or a container, nor what "
    "Data Capture keeps of them",
    "model": "it is not known whether requests to it must name a model or a container",
    "tags": "it is not known whether a CloudFormation stack sets its weights too",
}
BY_PREFIX = frozenset({"PREFIX_AWARE", "KV_AWARE"})
"""Routing to the instance whose cache knows a request's beginning (API model, RoutingStrategy)."""


def told_of_endpoint(
    spec: Spec, view: EndpointView, configured: Configured | None
) -> Iterator[str]:
    """Yield one notice a thing that a person should know of this endpoint before it counts."""
    yield from _unknown(view)
    yield from _unread(configured)
    yield from _owned(configured)
    yield from _unlike(spec, view, configured)
    yield from _hosting(spec, view, configured)
    yield from _capture(spec, view, configured)
    yield from _explained(spec, view)
    yield from _deployment_alarms(spec, view)
    yield from _scaled(spec, view)
    yield from _routed(spec, view)


def _unknown(view: EndpointView) -> Iterator[str]:
    if view.unknown:
        meanings = "; ".join(f"{field} ({TELLS_OF[field]})" for field in view.unknown)
        yield (
            f"{view.sdk} does not know what DescribeEndpoint may answer here, so this is not known "
            f"of the endpoint: {meanings}. Look at `aws sagemaker describe-endpoint` with a newer "
            "CLI; the rollout takes it for absent."
        )


def _unread(configured: Configured | None) -> Iterator[str]:
    for one in configured.unread if configured else ():
        left = LEFT_OPEN[one.what]
        yield f"The {one.what} of {one.name} could not be read, so {left}: {one.why}."


def _owned(configured: Configured | None) -> Iterator[str]:
    """Yield who else sets weights: UpdateEndpoint takes those of the new configuration unless it
    retains the variants' (API model, RetainAllVariantProperties).
    """
    if configured and configured.stack:
        yield (
            f"The endpoint belongs to the CloudFormation stack {configured.stack}: its next update "
            "with another configuration sets the weights written there. After PROMOTED write the "
            "canary's there, or RetainAllVariantProperties; an update in the middle of a rollout "
            "ends it without a restore."
        )


def _unlike(spec: Spec, view: EndpointView, configured: Configured | None) -> Iterator[str]:
    serving = [variant.name for variant in view.taking_part(()) if variant.name != spec.canary]
    compared = [spec.control] if spec.control is not None else serving
    yield from told_of_fleets(spec.canary, compared, configured.fleets if configured else {})


def _hosting(spec: Spec, view: EndpointView, configured: Configured | None) -> Iterator[str]:
    hosting = configured.taking_part(spec, view) if configured else {}
    quality = spec.guards.quality
    for addressed, how in MANY.items():
        if any(one.addressed == addressed for one in hosting.values()):
            asked = addressed_by(quality)[addressed] if quality else None
            judged = f" The labelled set judges {asked} alone." if asked else ""
            yield (
                f"{' and '.join(hosting)} {how}: the guards count the requests to all of them "
                f"together, so that one with few requests is hardly seen.{judged}"
            )


def _capture(spec: Spec, view: EndpointView, configured: Configured | None) -> Iterator[str]:
    """Yield where the labelled set's records are kept by Data Capture, which takes TargetVariant
    calls for ordinary traffic and writes their InferenceId back.
    """
    if view.capture is None or not spec.guards.quality:
        return
    kept = {
        ("Input",): "their features",
        ("Output",): "their answers",
        (): "what its CaptureOptions name of them",
    }.get(configured.captured if configured else (), "their features and answers")
    yield (
        f"Data Capture is on for {view.capture.percent}% of all requests, the labelled set's among "
        f"them: {kept} will be in {view.capture.destination}, under inference ids that begin with "
        "canary-."
    )


def _explained(spec: Spec, view: EndpointView) -> Iterator[str]:
    if view.explained and spec.guards.quality:
        yield (
            "Online explanations are on (ExplainerConfig): an explained answer is slower, and an "
            "object around the model's own answer; guards.quality.answer must say where that is."
        )


def _deployment_alarms(spec: Spec, view: EndpointView) -> Iterator[str]:
    others = [name for name in view.deployment_alarms if name not in spec.guards.alarms]
    if others:
        yield (
            f"{', '.join(others)} would roll a deployment of this endpoint back "
            "(AutoRollbackConfiguration), and moving weights is none: name them in guards.alarms "
            "to have them watched here. A deployment in the middle of a rollout ends it without "
            "a restore."
        )


def _scaled(spec: Spec, view: EndpointView) -> Iterator[str]:
    for variant in view.taking_part(spec.from_zero):
        if variant.least_instances is not None:
            yield (
                f"SageMaker scales {variant.name} by itself (ManagedInstanceScaling), down to "
                f"{variant.least_instances} instances while few requests come to it: after a step, "
                "or a way back, it begins with what it has then."
            )


def _routed(spec: Spec, view: EndpointView) -> Iterator[str]:
    routing = {v.name: v.routing for v in view.taking_part(spec.from_zero)}
    said = ", ".join(f"{name} {how or 'by default'}" for name, how in routing.items())
    if len(set(routing.values())) > 1:
        yield (
            f"Requests reach the instances of each variant differently ({said}): slow_requests "
            "compares that along with the models."
        )
    if BY_PREFIX & set(routing.values()):
        yield (
            f"Requests go to the instance whose cache knows their beginning ({said}): a canary "
            "begins with empty caches and may be slow until they are filled; give warm_up_minutes "
            "for it."
        )


def told_of_pinned(spec: Spec, requests_at_rest: float) -> Iterator[str]:
    """Yield that callers reach the canary at weight 0, so many times a minute."""
    if requests_at_rest:
        yield (
            f"{spec.canary} gets about {requests_at_rest:,.0f} requests a minute at weight 0: "
            "callers pin it with TargetVariant (or an evaluation runs, or its weight was moved "
            "minutes ago). They count as its traffic and its errors, and hold the rollout where "
            "the split shows them; let them call without it."
        )
