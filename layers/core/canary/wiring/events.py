"""What each function may be sent, as models: read at the door, so that nothing behind it meets a
raw document.

Rules: a task of our own state machine is closed, an unknown key is refused; an event of AWS's may
carry more than is read here. Whatever does not fit is Refused naming the field, and retrying it
would not help. Plain pydantic: the parser of the logging library would ask of AWS's events what
nobody here reads. A model is built when it is first read, so that a function pays for its own.
"""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AliasChoices,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
)

from canary.domain.errors import Refused
from canary.domain.model import Frozen
from canary.domain.rollout.task_result import read_cause

Rollout = Annotated[str, Field(min_length=1, max_length=200)]
Cause = Annotated[object, Field(validation_alias=AliasChoices("cause", "story"))]
"""What led here: a task's result or a caught error, never refused, since whoever restores must
always be able to. Executions of the definition at 5d17009 call it story."""


class Task(Frozen):
    """A task of the state machine: closed, and nothing in it is converted."""

    model_config = ConfigDict(strict=True, defer_build=True)


class HeldTask(Task):
    """A task of the execution that holds, or held, a rollout."""

    rollout: Rollout
    execution: str
    generation: int

    @property
    def held(self) -> tuple[str, str, int]:
        """Return rollout, execution and generation, as the use cases take them."""
        return self.rollout, self.execution, self.generation


class AwsEvent(BaseModel):
    """An event of AWS's, which may carry more than is read."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True
    )


class PlanTask(Task):
    """What the planner is asked: a spec as the user wrote it, read field by field later."""

    execution: str
    input: object


class ShiftTask(HeldTask):
    """What the shifter is asked on the way forward, and to verify a restore."""

    action: Literal["move", "look", "confirm", "look_restored"]


class StageTask(HeldTask):
    """What the stager is asked."""

    action: Literal["arrange", "look_arranged"]


class RestoreTask(HeldTask):
    """What the shifter is asked on the way back."""

    action: Literal["restore"]
    carried: Cause = None

    @property
    def cause(self) -> str:
        """Return why, in one sentence."""
        return read_cause(self.carried)

    @property
    def failed(self) -> bool:
        """Return whether a task of the machine failed."""
        return isinstance(self.carried, dict) and "Error" in self.carried

    @property
    def timed_out(self) -> bool:
        """Return whether the machine waited in vain; a missed heartbeat goes by either name."""
        carried = self.carried if isinstance(self.carried, dict) else {}
        return carried.get("Error") in {"States.HeartbeatTimeout", "States.Timeout"}


class Schedule(AwsEvent):
    """A minute, or ten, have passed."""

    source: Literal["aws.events"]


class EvaluateTask(Task):
    """What the evaluator is asked by the state machine."""

    rollout: Rollout
    generation: int


class ShardTask(EvaluateTask):
    """One shard of a wave."""

    shard: int = Field(ge=0)


class ListedShard(Task):
    """An item of a list of shards."""

    shard: int = Field(ge=0)


class BatchTask(EvaluateTask):
    """The shards of one child execution."""

    shards: list[ListedShard] = Field(min_length=1)


class BakeTask(HeldTask):
    """What the decider is asked when a rollout begins to wait."""

    action: Literal["bake"]
    token: str = Field(min_length=1)


class CloseTask(HeldTask):
    """What the decider is asked when a rollout is to end."""

    action: Literal["close"]
    carried: Cause = None


class CommandTask(Task):
    """What the decider is asked by a person; the command is read, and refused, by its use case."""

    action: Literal["command"]
    execution: str
    input: object


class Announced(Frozen):
    """What the application's own events carry."""

    version: Literal[1]
    rollout: Rollout
    minute: int


class OwnEvent(AwsEvent):
    """The application's own event: there may be something to judge."""

    kind: Literal["Evidence Collected", "Quality Evaluated"] = Field(alias="detail-type")
    detail: Announced


class AlarmState(AwsEvent):
    """The state an alarm has come to."""

    value: str


class AlarmDetail(AwsEvent):
    """Which alarm, and the state it has come to."""

    alarm_name: str = Field(alias="alarmName", min_length=1)
    state: AlarmState


class AlarmChange(AwsEvent):
    """An alarm changed its state."""

    kind: Literal["CloudWatch Alarm State Change"] = Field(alias="detail-type")
    detail: AlarmDetail


class ExecutionDetail(AwsEvent):
    """Which execution changed its status."""

    execution_arn: str = Field(alias="executionArn", min_length=1)


class ExecutionChange(AwsEvent):
    """An execution of the state machine ended."""

    kind: Literal["Step Functions Execution Status Change"] = Field(alias="detail-type")
    detail: ExecutionDetail


def _asked_of_evaluator(event: Any) -> str:
    keys = event if isinstance(event, Mapping) else {}
    tags = {"source": "schedule", "shard": "shard", "shards": "batch"}
    return next((tag for key, tag in tags.items() if key in keys), "evaluate")


def _asked_of_decider(event: Any) -> str | None:
    keys = event if isinstance(event, Mapping) else {}
    known = keys.get("action", keys.get("detail-type"))
    return known if isinstance(known, str) else None


ShifterEvent = Annotated[ShiftTask | RestoreTask, Discriminator("action")]
EvaluatorEvent = Annotated[
    Annotated[Schedule, Tag("schedule")]
    | Annotated[EvaluateTask, Tag("evaluate")]
    | Annotated[ShardTask, Tag("shard")]
    | Annotated[BatchTask, Tag("batch")],
    Discriminator(_asked_of_evaluator),
]
DeciderEvent = Annotated[
    Annotated[BakeTask, Tag("bake")]
    | Annotated[CloseTask, Tag("close")]
    | Annotated[CommandTask, Tag("command")]
    | Annotated[OwnEvent, Tag("Evidence Collected")]
    | Annotated[OwnEvent, Tag("Quality Evaluated")]
    | Annotated[AlarmChange, Tag("CloudWatch Alarm State Change")]
    | Annotated[ExecutionChange, Tag("Step Functions Execution Status Change")],
    Discriminator(
        _asked_of_decider,
        custom_error_type="unknown_event",
        custom_error_message="its action or detail-type is none that the decider knows",
    ),
]


def planner_event(event: object) -> PlanTask:
    """Return what the planner is asked. Raises Refused."""
    read: PlanTask = read_as(PlanTask, event, "planner")
    return read


def shifter_event(event: object) -> ShiftTask | RestoreTask:
    """Return what the shifter is asked. Raises Refused."""
    read: ShiftTask | RestoreTask = read_as(ShifterEvent, event, "shifter")
    return read


def stager_event(event: object) -> StageTask:
    """Return what the stager is asked. Raises Refused."""
    read: StageTask = read_as(StageTask, event, "stager")
    return read


def evaluator_event(event: object) -> Schedule | EvaluateTask | ShardTask | BatchTask:
    """Return what the evaluator is asked. Raises Refused."""
    read: Schedule | EvaluateTask | ShardTask | BatchTask
    read = read_as(EvaluatorEvent, event, "evaluator")
    return read


def decider_event(
    event: object,
) -> BakeTask | CloseTask | CommandTask | OwnEvent | AlarmChange | ExecutionChange:
    """Return what the decider is asked, or hears. Raises Refused."""
    read: BakeTask | CloseTask | CommandTask | OwnEvent | AlarmChange | ExecutionChange
    read = read_as(DeciderEvent, event, "decider")
    return read


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def read_as(kind: Any, event: object, function: str) -> Any:
    """Return an event as a model of this kind. Raises Refused naming the field that does not
    fit.
    """
    try:
        return _adapter(kind).validate_python(event)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"])[:160] or "event"
        remedy = f"Send what events/{function}-*.json show"
        raise Refused(field, first["msg"][:500], remedy) from error
