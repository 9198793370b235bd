"""Whether a variant can be the control: the baseline's model on the canary's kind of instance, at
weight 0; and what is told of it.
"""

from collections.abc import Iterator

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView
from canary.domain.plan.kinds.hosting import Configured
from canary.domain.plan.release.staging import Release
from canary.domain.plan.spec import Spec
from canary.domain.plan.target import control_share
from canary.domain.words import percent

LEAVE_OUT = 'or leave "control" out, to compare the canary with the baseline'


def check_control(spec: Spec, view: EndpointView) -> None:
    """Raise Refused where the control does not stand on the endpoint, or serves already."""
    if spec.control is None:
        return
    found = view.current_weights
    if spec.control not in found:
        others = sorted(name for name, w in found.items() if not w and name != spec.canary)
        raise Refused(
            "control",
            f"{spec.endpoint} has no variant {spec.control!r}",
            f"Choose one of {others}, {LEAVE_OUT}"
            if others
            else "Add a variant with the baseline's model at weight 0 to its configuration, "
            f"{LEAVE_OUT}",
        )
    if found[spec.control]:
        raise Refused(
            "control",
            f"{spec.control} serves with weight {found[spec.control]:g}, so that it is a baseline "
            "and no control: a control begins at weight 0 and is given as much as the canary",
            f"Set its weight to 0 to compare with it alone, {LEAVE_OUT}",
        )


def check_control_hosting(
    spec: Spec, view: EndpointView, configured: Configured, release: Release | None
) -> None:
    """Raise Refused where the control has another model than every baseline, another kind of
    instance than the canary, or nobody can tell; one that is built has both by that.
    """
    staging = release.staging if release else None
    if spec.control is None or (staging is not None and staging.control is not None):
        return
    control = configured.behind.get(spec.control)
    if control is None:
        why = next((one.why for one in configured.unread if one.what == "configuration"), "")
        raise Refused(
            "control",
            f"which model {spec.control} has could not be read{': ' if why else ''}{why}",
            f"Let the planner read the endpoint's configuration, {LEAVE_OUT}",
        )
    baselines = [v.name for v in view.variants if v.current_weight > 0 and v.name != spec.canary]
    models = {n: configured.behind[n].model for n in baselines if n in configured.behind}
    if control.model not in models.values():
        theirs = ", ".join(f"{name} {model}" for name, model in sorted(models.items()))
        raise Refused(
            "control",
            f"{spec.control} has the model {control.model}, and the baseline has another "
            f"({theirs}): a control has the baseline's, and what has a third model is a canary of "
            "its own",
            f"Give {spec.control} the baseline's model, {LEAVE_OUT}",
        )
    like = configured.behind.get(staging.like if staging else spec.canary)
    canary = (staging.instance_type if staging else None) or (like.instance_type if like else None)
    if canary != control.instance_type:
        raise Refused(
            "control",
            f"{spec.control} runs on {control.instance_type or 'no instances'} and {spec.canary} "
            f"on {canary or 'no instances'}, so that instances would be compared along with models",
            f"Give {spec.control} the canary's instance type, {LEAVE_OUT}",
        )


def told_of_control(spec: Spec, view: EndpointView) -> Iterator[str]:
    """Yield with what the canary is compared at which shares, and what makes that unequal."""
    if spec.control is None:
        return
    shares = [step.share for step in spec.steps if step.share < 1]
    smaller = [f"{percent(control_share(s))} at {percent(s)}" for s in shares if s > 1 / 2]
    idle = [percent(share) for share in shares if share >= 1 / 2]
    less = f", and less where no more is left ({', '.join(smaller)})" if smaller else ""
    yield (
        f"While both serve, {spec.canary} is compared with {spec.control} alone, which has the "
        f"baseline's model and as much traffic as the canary{less}. At share 0, and at 100%, "
        f"there is none: the labelled set asks {_heaviest(spec, view)}, and the watch holds the "
        "canary against what the baseline's model had before. History and learnt thresholds are "
        "the baseline's."
    )
    if idle:
        yield (
            f"At {', '.join(idle)} canary and control serve everything and the baseline nothing: "
            f"{spec.control} must carry as much as {spec.canary} does."
        )
    if smaller and spec.capacity != "off":
        yield (
            f"Beyond one half {spec.control} keeps the instances that it needs there until the "
            "rollout ends: nothing is scaled in while it runs."
        )
    counts = {v.name: v.current_count for v in view.variants}
    mine, theirs = counts.get(spec.canary), counts.get(spec.control)
    if mine and theirs and mine != theirs:
        yield (
            f"{spec.canary} has {mine} instances and {spec.control} {theirs}: until both have as "
            "many, load per instance is compared along with the models."
        )


def _heaviest(spec: Spec, view: EndpointView) -> str:
    weights = {n: w for n, w in view.current_weights.items() if n not in spec.from_zero}
    return max(sorted(weights), key=lambda name: weights[name])
