"""What the starter hears, as models; the rules are those of `canary.wiring.events`."""

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from canary.wiring.events import AwsEvent, Schedule, read_as


class EndpointDetail(AwsEvent):
    """Which endpoint changed."""

    name: str = Field(alias="EndpointName", min_length=1)


class EndpointChange(AwsEvent):
    """An endpoint came into service; what it runs is looked at, not read here."""

    kind: Literal["SageMaker Endpoint State Change"] = Field(alias="detail-type")
    detail: EndpointDetail


class PackageDetail(AwsEvent):
    """Which model package changed, and whether it is approved."""

    arn: str = Field(alias="ModelPackageArn", pattern=r":model-package/[^/]+(/\d+)?$")
    approval: str | None = Field(default=None, alias="ModelApprovalStatus")
    group: str | None = Field(default=None, alias="ModelPackageGroupName")

    @property
    def approved(self) -> bool:
        """Return whether it is an approved version of a group."""
        return self.approval == "Approved" and self.group is not None


class PackageChange(AwsEvent):
    """A model package came to be or changed."""

    kind: Literal["SageMaker Model Package State Change"] = Field(alias="detail-type")
    detail: PackageDetail


class EndDetail(AwsEvent):
    """How an execution ended, and what it was started with; AWS leaves long inputs out."""

    name: str = Field(min_length=1)
    input: str | None = None
    error: str | None = None
    cause: str | None = None

    @property
    def document(self) -> Mapping[str, object]:
        """Return its input, empty where that is no JSON object."""
        try:
            read = json.loads(self.input or "{}")
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}


class RolloutEnd(AwsEvent):
    """An execution of the state machine is over."""

    kind: Literal["Step Functions Execution Status Change"] = Field(alias="detail-type")
    detail: EndDetail


class QuarterHour(Schedule):
    """It is time to look for what no event told of."""

    kind: Literal["Scheduled Event"] = Field(alias="detail-type")


Heard = EndpointChange | PackageChange | RolloutEnd | QuarterHour


def _heard(event: object) -> str | None:
    keys = event if isinstance(event, Mapping) else {}
    kind = keys.get("detail-type")
    return kind if isinstance(kind, str) else None


StarterEvent = Annotated[
    Annotated[EndpointChange, Tag("SageMaker Endpoint State Change")]
    | Annotated[PackageChange, Tag("SageMaker Model Package State Change")]
    | Annotated[RolloutEnd, Tag("Step Functions Execution Status Change")]
    | Annotated[QuarterHour, Tag("Scheduled Event")],
    Discriminator(
        _heard,
        custom_error_type="unknown_event",
        custom_error_message="its detail-type is none that the starter knows",
    ),
]


def starter_event(event: object) -> Heard:
    """Return what the starter hears. Raises Refused."""
    read: Heard = read_as(StarterEvent, event, "starter")
    return read
