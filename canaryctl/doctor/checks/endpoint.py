"""Can the endpoint carry a rollout, and who else acts on it?"""

import re

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import Variant
from canary.domain.plan.kinds.check import check_endpoint
from canary.domain.plan.kinds.hosting import check_hosting
from canary.domain.plan.kinds.notices import told_of_endpoint
from canary.domain.plan.spec import Spec, read_spec
from canary.ports.quality import CallBusy, CallFailed, CallOptions
from canaryctl.doctor.account import Account, Sample
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown


def carries(account: Account) -> Diagnosis:
    """Is the endpoint there, InService, and is there a variant that can be promoted?"""
    view, name = account.serving, account.endpoint
    if not view.exists:
        return broken(
            f"there is no endpoint {name!r} in this account and region",
            "Give its name as SageMaker lists it",
            " --name-contains ".join(["aws sagemaker list-endpoints", *_first_word(name)]),
        )
    look = f"aws sagemaker describe-endpoint --endpoint-name {name}"
    if view.stuck:
        return broken(
            f"it is {view.standing} and does not leave that by itself", "Read why, mend it", look
        )
    if not view.in_service:
        return unknown(f"it is {view.standing}; ask again when it is InService")
    spec = _smallest_spec(account)
    try:
        check_endpoint(spec, view)
        check_hosting(spec, view, account.configured)
    except Refused as refusal:
        return broken(refusal.problem, refusal.remedy, look)
    idle = _idle(account)
    waits = f"{', '.join(v.name for v in idle)} may be promoted" if idle else "no canary waits"
    return fine(f"InService, {_weights(view.variants)}; {waits}")


def _first_word(name: str) -> list[str]:
    """Return the first run of letters and digits of a name, none where it has none."""
    return re.findall("[A-Za-z0-9]+", name)[:1]


def _smallest_spec(account: Account) -> Spec:
    """Return the spec of a rollout of the variant that may be promoted, or of the last one."""
    variants = account.serving.variants
    canary = (_idle(account) or [*variants])[-1].name if variants else "canary"
    return read_spec({"endpoint": account.endpoint, "canary": canary, "adopt_live": True})


def is_told(account: Account) -> Diagnosis:
    """What would a rollout tell of this kind of endpoint before it counts?"""
    view = account.serving
    if not view.in_service or not view.variants:
        return unknown(f"it is {view.standing}, so nothing is told of its variants")
    notices = list(told_of_endpoint(_smallest_spec(account), view, account.configured))
    said = " ".join(notices) or "variants on instances, one model each; nothing to tell of it"
    return unknown(said) if view.unknown or account.configured.unread else fine(said)


def _weights(variants: tuple[Variant, ...]) -> str:
    return ", ".join(f"{v.name} at weight {v.current_weight:g}" for v in variants)


def _idle(account: Account) -> list[Variant]:
    return [v for v in account.serving.variants if not v.current_weight]


def answers_at_weight_zero(account: Account) -> Diagnosis:
    """Does a variant at weight 0 answer one request by TargetVariant?"""
    idle, sample = _idle(account), account.sample
    if not idle or sample is None:
        return unknown("no variant stands at weight 0, so there is nobody to ask")
    return _answer(account, idle[0].name, sample)


def _answer(account: Account, variant: str, sample: Sample) -> Diagnosis:
    said = account.invoker.invoke(
        account.endpoint, variant, sample.body, sample.content_type, CallOptions()
    )
    if isinstance(said, CallBusy):
        return unknown(f"{variant} could not answer now: {said.text}")
    if isinstance(said, CallFailed):
        return broken(
            f"{variant} failed on the sample: {said.text}",
            "Look whether the sample is what the model takes (--content-type), then at its log",
            f"aws logs tail /aws/sagemaker/Endpoints/{account.endpoint} --since 15m",
        )
    if said.invoked_variant and said.invoked_variant != variant:
        return broken(
            f"{variant} was asked and {said.invoked_variant} answered: no labelled set can be sent",
            "Leave the labelled set out of the spec, and tell AWS",
        )
    return fine(f"{variant} answered at weight 0, {len(said.body)} bytes; it counts as traffic")


def scaling_lets_it_back(account: Account) -> Diagnosis:
    """May autoscaling take away what the way back needs?"""
    variants = {v.name: v for v in account.serving.variants}
    if not variants:
        return unknown("the endpoint shows no variants")
    targets = account.surroundings.scalable_targets(account.endpoint, list(variants))
    if not targets:
        return fine("no variant is a scalable target; instance counts stay as they are")
    small = [
        (variants[name], target)
        for name, target in targets.items()
        if variants[name].current_weight and target.least < (variants[name].current_count or 0)
    ]
    if not small:
        said = ", ".join(f"{n} {t.least} to {t.most}" for n, t in targets.items())
        return fine(f"autoscaling keeps what serves ({said} instances)")
    variant, target = small[0]
    return broken(
        f"{variant.name} serves with {variant.current_count} instances and may be scaled in to "
        f"{target.least} while it idles: a roll-back from the watch meets what is left",
        "Keep its minimum at what the whole traffic needs until PROMOTED is told",
        "aws application-autoscaling register-scalable-target --service-namespace sagemaker "
        "--scalable-dimension sagemaker:variant:DesiredInstanceCount --resource-id "
        f"endpoint/{account.endpoint}/variant/{variant.name} --min-capacity "
        f"{variant.current_count}",
    )


def captured(account: Account) -> Diagnosis:
    """Is what the endpoint is asked kept somewhere, the labelled set's features among it?"""
    found = account.serving.capture
    if found is None:
        return fine("nothing that is sent to it is kept")
    return fine(
        f"{found.percent}% of what is sent to it is kept in {found.destination}: the features of "
        "a labelled set will be in it"
    )


CHECKS = (
    Check("endpoint", "Can this endpoint carry a rollout?", carries, ("endpoint",)),
    Check("kind", "What is told of this kind of endpoint?", is_told, ("endpoint",)),
    Check(
        "target variant",
        "Does a variant at weight 0 answer by TargetVariant?",
        answers_at_weight_zero,
        ("endpoint", "sample"),
    ),
    Check("autoscaling", "Does autoscaling leave a way back?", scaling_lets_it_back, ("endpoint",)),
    Check("data capture", "Is what it is asked kept somewhere?", captured, ("endpoint",)),
)
