"""What template.yaml must say to each function: one class a function, complete or refused.

Rules: read once, when a function builds its use case while it starts; a missing or malformed
variable fails its first call, not the first one that would have used it. The field names every
variable by its alias, and a test holds the aliases against template.yaml. Plain pydantic over a
mapping: a settings library would add 80 ms to every cold start and read nothing more.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from canary.domain.errors import Misconfigured

Name = Annotated[str, Field(min_length=1, max_length=255)]
Topic = Annotated[str, Field(pattern=r"^arn:[^:]+:sns:[^:]*:\d*:.+")]
WatchedTopic = Annotated[str, Field(pattern=r"^(arn:[^:]+:sns:[^:]*:\d*:.+)?$")]
"""A topic that a stack may do without: empty where it does."""


class Settings(BaseModel):
    """What every function is told. `service` and `log_level` are used by the logger itself; they
    stand here so that nobody runs without them.
    """

    # The environment holds much more than these; what does not fit is told by name, never shown.
    # Built when it is read: a function reads one of these.
    model_config = ConfigDict(
        frozen=True, extra="ignore", hide_input_in_errors=True, defer_build=True
    )

    table: Name = Field(alias="TABLE_NAME")
    service: Name = Field(alias="POWERTOOLS_SERVICE_NAME")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(alias="LOG_LEVEL")

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Self:
        """Return the settings in an environment. Raises Misconfigured naming every variable that is
        missing or malformed.
        """
        try:
            return cls.model_validate(dict(environment))
        except ValidationError as error:
            found = [
                f"{problem['loc'][0]}: "
                + ("is missing" if problem["type"] == "missing" else problem["msg"])
                for problem in error.errors(include_url=False, include_input=False)
            ]
            raise Misconfigured(
                f"{'; '.join(found)}. Deploy template.yaml again: it sets every variable of "
                "every function"
            ) from error


class PlannerSettings(Settings):
    """What the planner is told."""

    service: Literal["planner"] = Field(alias="POWERTOOLS_SERVICE_NAME")
    watched_topic: WatchedTopic = Field(alias="WATCHED_TOPIC_ARN")


class ShifterSettings(Settings):
    """What the shifter is told."""

    service: Literal["shifter"] = Field(alias="POWERTOOLS_SERVICE_NAME")


class StagerSettings(Settings):
    """What the stager is told."""

    service: Literal["stager"] = Field(alias="POWERTOOLS_SERVICE_NAME")


class CollectorSettings(Settings):
    """What the collector is told; its metrics ring alarms, which know them by this namespace."""

    service: Literal["collector"] = Field(alias="POWERTOOLS_SERVICE_NAME")
    metrics_namespace: Name = Field(alias="POWERTOOLS_METRICS_NAMESPACE")
    measures: Literal["together", "yes", "no"] = Field(alias="DASHBOARD_MEASURES")
    event_bus: Name = Field(alias="EVENT_BUS_NAME")
    event_source: Name = Field(alias="EVENT_SOURCE")
    watched_topic: WatchedTopic = Field(alias="WATCHED_TOPIC_ARN")


class EvaluatorSettings(Settings):
    """What the evaluator is told."""

    service: Literal["evaluator"] = Field(alias="POWERTOOLS_SERVICE_NAME")
    predictions_bucket: Name = Field(alias="PREDICTIONS_BUCKET")
    event_bus: Name = Field(alias="EVENT_BUS_NAME")
    event_source: Name = Field(alias="EVENT_SOURCE")


class DeciderSettings(Settings):
    """What the decider is told; its metrics ring alarms, which know them by this namespace."""

    service: Literal["decider"] = Field(alias="POWERTOOLS_SERVICE_NAME")
    metrics_namespace: Name = Field(alias="POWERTOOLS_METRICS_NAMESPACE")
    topic_arn: Topic = Field(alias="TOPIC_ARN")
    chat_topic: WatchedTopic = Field(alias="CHAT_TOPIC_ARN")
    measures: Literal["together", "yes", "no"] = Field(alias="DASHBOARD_MEASURES")
    event_bus: Name = Field(alias="EVENT_BUS_NAME")
    event_source: Name = Field(alias="EVENT_SOURCE")
    freeze_list: str = Field(alias="FREEZE_LIST", pattern=r"^([a-z0-9.-]+/.+)?$")
    """Bucket and key of the freezes that hold for everybody; empty where there are none."""
    canaries_at_once: int = Field(alias="CANARIES_AT_ONCE", ge=0)
    """How many may serve at once on all endpoints; 0 for any number."""
    state_machine_arn: str = Field(
        alias="STATE_MACHINE_ARN", pattern=r"^arn:[^:]+:states:[^:]*:\d*:stateMachine:.+"
    )


class StarterSettings(Settings):
    """What the starter is told."""

    service: Literal["starter"] = Field(alias="POWERTOOLS_SERVICE_NAME")
    endpoint_pattern: Name = Field(alias="ENDPOINT_NAME_PATTERN")
    topic_arn: Topic = Field(alias="TOPIC_ARN")
    state_machine_arn: str = Field(
        alias="STATE_MACHINE_ARN", pattern=r"^arn:[^:]+:states:[^:]*:\d*:stateMachine:.+"
    )
