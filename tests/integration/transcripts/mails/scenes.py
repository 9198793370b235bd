"""How each kind of mail that names a command comes about: on the deployed application, by what
really makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from emulator.calls import Call, Proceed
from emulator.endpoints.timing import UpdateEnd
from tests.integration.stage import ENDPOINT, Stage
from tests.integration.test_blindness import refusing
from tests.integration.test_capacity import KIND
from tests.integration.test_labelled_set import labelled, put_set
from tests.integration.test_labelled_set import spec as with_labels
from tests.integration.test_places import SECOND, second_endpoint

MOVES = "sagemaker:UpdateEndpointWeightsAndCapacities"
TWO_STEPS = [{"share": 0.5}, {"share": 1.0}]
SILENT = {"steps": [{"share": 0.5, "bake_minutes": {"max": 10}}, {"share": 1}]}
NIGHT = {"zone": "UTC", "days": ["mon"], "times": ["22:00-23:00"]}
"""The stage opens on a Monday at eight."""


@dataclass(frozen=True)
class Scene:
    """One way a mail comes about: what leads to it, words of its subject, how the stage is, and
    what a person does about the cause before typing.
    """

    lead: Callable[[Stage], object]
    subject: str
    stage: Mapping[str, Any] = field(default_factory=dict)
    mend: Callable[[Stage], object] = lambda _stage: None


def started(**spec: Any) -> Callable[[Stage], object]:
    """Return the start of a rollout."""
    return lambda stage: stage.start(spec)


def baking(stage: Stage, **spec: Any) -> str:
    """Start a rollout and wait for its first bake."""
    execution = stage.start(spec)
    stage.reach("BAKING", 1)
    return execution


def denied(call: Call, proceed: Proceed) -> Any:
    """Refuse every move, as a service control policy would."""
    if call.name == MOVES:
        raise call.error("AccessDeniedException", "explicit deny", 400)
    return proceed()


def blocked(stage: Stage) -> None:
    """A person's roll-back is refused by AWS."""
    baking(stage)
    stage.emulator.calls.hooks.append(denied)
    stage.command("rollback", reason="complaints")


def allowed(stage: Stage) -> None:
    """Take the deny away."""
    stage.emulator.calls.hooks.remove(denied)


def stuck(stage: Stage) -> None:
    """An update of the endpoint never ends."""
    baking(stage)
    stage.emulator.endpoints.fleet.next_update(ENDPOINT, UpdateEnd.STICKS)
    stage.command("rollback")


def freed(stage: Stage) -> None:
    """Let the update end."""
    stage.emulator.endpoints.fleet.release(ENDPOINT)
    stage.emulator.run_minutes(2)


def foreign_weights(stage: Stage) -> None:
    """Somebody else moves the weights."""
    baking(stage)
    weights = {"v1": 1.0, "v2": 1.0}
    stage.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": name, "DesiredWeight": weight} for name, weight in weights.items()
        ],
    )


def foreign_configuration(stage: Stage) -> None:
    """Somebody else deploys another configuration."""
    baking(stage)
    sagemaker = stage.client("sagemaker")
    found = sagemaker.describe_endpoint_config(EndpointConfigName="config-1")
    variants = [{**one, "InitialVariantWeight": 1.0} for one in found["ProductionVariants"]]
    sagemaker.create_endpoint_config(EndpointConfigName="config-2", ProductionVariants=variants)
    sagemaker.update_endpoint(EndpointName=ENDPOINT, EndpointConfigName="config-2")


def deleted(stage: Stage) -> None:
    """Somebody deletes the endpoint."""
    baking(stage)
    stage.client("sagemaker").delete_endpoint(EndpointName=ENDPOINT)


def released(stage: Stage) -> None:
    """A person lets go of it."""
    baking(stage)
    stage.command("release", reason="complaints")


def unsettled(stage: Stage) -> None:
    """Nobody may put the settled configuration in use."""

    def no_update(call: Call, proceed: Proceed) -> Any:
        if call.name == "sagemaker:UpdateEndpoint":
            raise call.error("AccessDeniedException", "explicit deny", 400)
        return proceed()

    stage.emulator.calls.hooks.append(no_update)
    stage.start({"steps": TWO_STEPS, "watch_minutes": 5, "after": "settle"})


def may_update(stage: Stage) -> None:
    """Take the deny away."""
    stage.emulator.calls.hooks.pop()


def few_labels(stage: Stage) -> None:
    """The labelled set holds too few records to decide."""
    put_set(stage, labelled(20))
    stage.start(with_labels())


def no_instances(stage: Stage) -> None:
    """The quota has no room for the next share."""
    for variant, count in (("v1", 4), ("v2", 1)):
        stage.emulator.endpoints.mishaps.scale(ENDPOINT, variant, count)
    stage.emulator.endpoints.limits.quota[KIND] = 5
    stage.start()


def more_instances(stage: Stage) -> None:
    """The quota is raised, as the mail says."""
    stage.emulator.endpoints.limits.quota[KIND] = 20


def blind(stage: Stage) -> None:
    """The collector may not read metrics any more."""
    baking(stage)
    stage.emulator.calls.hooks.append(refusing("AccessDenied", "User: collector is not authorized"))


def paused(stage: Stage) -> None:
    """A pause of two minutes."""
    baking(stage)
    stage.command("pause", minutes=2, reason="lunch", by="ana")


def promoted_by_hand(stage: Stage) -> None:
    """A person takes it to the last step."""
    baking(stage)
    stage.command("promote", full=True)


def in_line(stage: Stage) -> None:
    """Another endpoint's canary has the only place."""
    second_endpoint(stage)
    document = {"endpoint": SECOND, "canary": "v2", "steps": TWO_STEPS}
    stage.execute(document, "other")

    def serves() -> bool:
        return any(one.step == 1 for one in stage.rollouts.every(SECOND))

    assert stage.emulator.run_until(serves, 60)
    stage.start()


def stopped(stage: Stage) -> None:
    """Somebody stops the execution."""
    execution = baking(stage)
    stage.client("stepfunctions").stop_execution(executionArn=execution)


APPROVAL = {"approve_before": [0.25]}
SCENES: Mapping[str, Scene] = {
    "approval_asked": Scene(started(**APPROVAL), "not urgent yet"),
    "approval_asked-awaited": Scene(started(**APPROVAL), "approval needed before 25%: waits until"),
    "handed_over": Scene(foreign_weights, "HANDED OVER"),
    "handed_over-configuration": Scene(foreign_configuration, "HANDED OVER"),
    "handed_over-gone": Scene(deleted, "HANDED OVER"),
    "handed_over-released": Scene(released, "HANDED OVER"),
    "holding_at_gate": Scene(few_labels, "holding at share 0"),
    "lacks_instances": Scene(no_instances, "no instances for 25%", mend=more_instances),
    "not_arranged_settle": Scene(unsettled, "tidying failed", mend=may_update),
    "needs_look": Scene(started(**SILENT), "needs a look", {"requests_per_minute": 0}),
    "needs_look-blind": Scene(blind, "needs a look"),
    "not_safe_yet": Scene(blocked, "not safe yet"),
    "pause_over": Scene(paused, "pause over"),
    "promoted": Scene(started(steps=TWO_STEPS, watch_minutes=5), "PROMOTED"),
    "reached": Scene(started(), "v2 serves 5%"),
    "reached-by-hand": Scene(promoted_by_hand, "v2 serves 100%"),
    "started": Scene(started(), "rollout started"),
    "step_waits": Scene(started(hours=NIGHT), "waits before"),
    "step_waits-advice": Scene(started(mode="advise"), "advice to go to"),
    "step_waits-place": Scene(
        in_line, "waits for a place", {"parameters": {"CanariesAtOnce": "1"}}
    ),
    "taken_over": Scene(stopped, "execution died"),
    "unproven": Scene(blocked, "UNPROVEN", mend=allowed),
    "unproven-overdue": Scene(stuck, "UNPROVEN", mend=freed),
}
