"""Can the endpoint carry a rollout, and who else acts on it?"""

from collections.abc import Mapping

from pydantic import JsonValue

from canary.domain.errors import Refused
from canary.domain.plan.endpoint import EndpointView, Variant
from canary.domain.plan.kinds.check import check_endpoint, check_kind
from canary.domain.plan.kinds.hosting import check_hosting
from canary.domain.plan.kinds.notices import told_of_endpoint
from canary.domain.plan.spec import Spec, read_spec
from canary.domain.plan.target import as_written, same_shares
from canary.ports.quality import CallBusy, CallFailed, CallOptions
from canaryctl.doctor.account import Account, Sample
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown, worst_of

NO_CANARY = "no canary waits; one can be built of a model or a package (docs/release.md)"


def carries(account: Account) -> Diagnosis:
    """Is the endpoint there, InService, and is there a variant that can be promoted?"""
    view, name = account.serving, account.endpoint
    if not view.exists:
        return broken(
            f"there is no endpoint {name!r} in this account and region",
            "Give its name as SageMaker lists it, capitals and all",
            "aws sagemaker list-endpoints --query 'Endpoints[].EndpointName' --output text",
        )
    look = f"aws sagemaker describe-endpoint --endpoint-name {view.name}"
    if view.stuck:
        return broken(
            f"it is {view.standing} and does not leave that by itself", "Read why, mend it", look
        )
    if not view.in_service:
        return unknown(f"it is {view.standing}; ask again when it is InService")
    bare = [v.name for v in view.variants if v.current_weight and v.current_count == 0]
    if bare:
        return broken(
            f"{', '.join(bare)} serves and has no instance: its requests are not answered, and no "
            "way back leads to it",
            "Ask for an instance (UpdateEndpointWeightsAndCapacities, DesiredInstanceCount)",
            look,
        )
    refusals = {spec.canary: _refusal(account, spec) for spec in _specs(account)}
    return _judged(account, refusals, look)


def _judged(account: Account, refusals: Mapping[str, Refused | None], look: str) -> Diagnosis:
    """Return what each variant that may be the canary comes to, by itself."""
    refused = [one for one in refusals.values() if one]
    of_all = [one for one in refused if one.field == "endpoint"]
    if of_all:
        return broken(of_all[0].problem, of_all[0].remedy, look)
    if len(refused) == len(refusals):
        problems = dict.fromkeys(one.problem for one in refused)
        return broken("; ".join(problems), refused[0].remedy, look)
    able = [name for name, one in refusals.items() if one is None]
    waits = f"{', '.join(able)} may be promoted" if _idle(account) else NO_CANARY
    said = [f"InService, {_weights(account.serving.variants)}", waits]
    return fine("; ".join([*said, *(f"{one.problem}. {one.remedy}" for one in refused)]))


def _refusal(account: Account, spec: Spec) -> Refused | None:
    try:
        if len(account.serving.variants) == 1:
            check_kind(spec, account.serving)
            return None
        check_endpoint(spec, account.serving)
        check_hosting(spec, account.serving, account.configured)
    except Refused as refusal:
        return refusal
    return None


def _specs(account: Account) -> list[Spec]:
    """Return the smallest spec of each variant that may be promoted, else of the last one; beside a
    single variant, of a canary that is built.
    """
    if len(account.serving.variants) == 1:
        return [read_spec({"endpoint": account.endpoint, "canary": {"model": "to-be-named"}})]
    names = [v.name for v in _idle(account) or account.serving.variants[-1:]] or ["canary"]
    return [
        read_spec({"endpoint": account.endpoint, "canary": name, "adopt_live": True})
        for name in names
    ]


def is_told(account: Account) -> Diagnosis:
    """What would a rollout tell of this kind of endpoint before it counts?"""
    view = account.serving
    if not view.in_service:
        return unknown(f"it is {view.standing}, so nothing is told of its variants")
    other = _other_kind(view)
    specs = [] if _weightless(view) else _specs(account)
    notices = dict.fromkeys(
        notice for spec in specs for notice in told_of_endpoint(spec, view, account.configured)
    )
    if other:
        said = " ".join([f"{other}: see the line above.", *notices])
    else:
        said = " ".join(notices) or "variants on instances, one model each; nothing to tell of it"
    return unknown(said) if view.unknown or account.configured.unread else fine(said)


def _other_kind(view: EndpointView) -> str:
    """Return what an endpoint is made of where it is not variants on instances that share requests
    by weight, else ''.
    """
    if view.asynchronous:
        return "it answers asynchronously"
    if _weightless(view):
        return "it has no variants with weights (inference components?)"
    if view.shadows:
        return f"it has the shadow variant {', '.join(view.shadows)}, which gets copies of requests"
    serverless = [variant.name for variant in view.variants if variant.serverless]
    return f"serverless: {', '.join(serverless)}" if serverless else ""


def _weightless(view: EndpointView) -> bool:
    return not view.variants or not all(variant.weighted for variant in view.variants)


def _weights(variants: tuple[Variant, ...]) -> str:
    return ", ".join(f"{v.name} at weight {v.current_weight:g}" for v in variants)


def _idle(account: Account) -> list[Variant]:
    return [v for v in account.serving.variants if not v.current_weight]


def answers_at_weight_zero(account: Account) -> Diagnosis:
    """Does each variant at weight 0 answer one request by TargetVariant?"""
    idle, sample = _idle(account), account.sample
    if _weightless(account.serving):
        return unknown("no variant has a weight here, so no TargetVariant is asked")
    if not idle or sample is None:
        return unknown("no variant stands at weight 0, so there is nobody to ask")
    return worst_of([_answer(account, one.name, sample) for one in idle])


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
            f"aws logs tail /aws/sagemaker/Endpoints/{account.serving.name} --since 15m",
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
    if _weightless(account.serving):
        return unknown("no variant has a weight here, so none is looked at")
    targets = account.surroundings.bounds(account.serving.name, list(variants))
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
        f"endpoint/{account.serving.name}/variant/{variant.name} --min-capacity "
        f"{variant.current_count}",
    )


def captured(account: Account) -> Diagnosis:
    """Is what the endpoint is asked kept somewhere, the labelled set's features among it?"""
    found = account.serving.capture
    if found is None:
        return fine("nothing that is sent to it is kept")
    kept = account.configured.captured
    if kept == ("Output",):
        return fine(
            f"{found.percent}% of its answers are kept in {found.destination}, the labelled set's "
            "among them; what is sent to it, features too, is not (CaptureOptions Output alone)"
        )
    also = {
        ("Input",): "the features of a labelled set will be in it, answers are not kept",
        (): "the features of a labelled set may be in it: which of requests and answers are kept "
        "could not be read (CaptureOptions)",
    }.get(kept, "the features and answers of a labelled set will be in it")
    return fine(f"{found.percent}% of what is sent to it is kept in {found.destination}: {also}")


def configured_as_it_serves(account: Account) -> Diagnosis:
    """Does the configuration in use say the weights that serve?"""
    view, name = account.serving, account.serving.config_name
    if _weightless(view):
        return unknown("no variant has a weight here, so none is compared")
    fleets = account.configured.fleets
    unread = [one.why for one in account.configured.unread if one.what == "configuration"]
    if unread:
        return unknown(f"the configuration {name} could not be read: {unread[0]}")
    written = {one: _written(fleets[one].fields) for one in fleets}
    live = view.current_weights
    if written.keys() == live.keys() and same_shares(written, live):
        return fine(f"the configuration {name} says the weights that serve")
    holder = account.stack.rollouts.holding(view.name)
    if holder is not None:
        return fine(f"{holder} moves the weights; {name} says those of before until it has ended")
    return broken(
        f"the configuration {name} says {as_written(written)}, and {as_written(live)} serves: "
        "the next UpdateEndpoint that does not retain the variants' weights (terraform apply, a "
        "deployment) puts those of the configuration back",
        f"Write InitialVariantWeight {as_written(live)} where your code says them, or let a "
        'rollout do it: "after": "settle" (docs/release.md)',
        f"aws sagemaker describe-endpoint-config --endpoint-config-name {name}",
    )


def _written(fields: Mapping[str, JsonValue]) -> float:
    """Return a variant's weight by its configuration: 1 where it says none (API model)."""
    weight = fields.get("InitialVariantWeight", 1.0)
    return float(weight) if isinstance(weight, int | float) else 1.0


CHECKS = (
    Check("endpoint", "Can this endpoint carry a rollout?", carries, ("endpoint",)),
    Check("kind", "What is told of this kind of endpoint?", is_told, ("endpoint",)),
    Check(
        "target variant",
        "Does each variant at weight 0 answer by TargetVariant?",
        answers_at_weight_zero,
        ("endpoint", "sample"),
    ),
    Check(
        "configuration",
        "Does its configuration say the weights that serve?",
        configured_as_it_serves,
        ("endpoint",),
    ),
    Check("autoscaling", "Does autoscaling leave a way back?", scaling_lets_it_back, ("endpoint",)),
    Check("data capture", "Is what it is asked kept somewhere?", captured, ("endpoint",)),
)
