"""Endpoints and their weights."""

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from canary.adapters.endpoints.described import fields_unknown_to, view_of
from canary.adapters.translation import SERVER_ERROR, code_of, translated
from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.endpoint import GONE, EndpointView
from canary.domain.plan.target import Target

if TYPE_CHECKING:
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.type_defs import DesiredWeightAndCapacityTypeDef


MOVE = "UpdateEndpointWeightsAndCapacities"


class SageMakerEndpoints:
    """Reads endpoints and moves weights; only the shifter's role may do the latter."""

    def __init__(self, client: "SageMakerClient") -> None:
        """Take a boto3 SageMaker client."""
        self._client = client
        self._lost = False
        client.meta.events.register(f"needs-retry.sagemaker.{MOVE}", self._note_attempt)

    def describe(self, endpoint: str) -> EndpointView:
        """Return one read of an endpoint; GONE when SageMaker does not know it."""
        try:
            with translated("DescribeEndpoint"):
                answer = self._client.describe_endpoint(EndpointName=endpoint)
        except Exception as error:
            if _says(error, "Could not find endpoint"):
                return GONE
            raise
        return view_of(answer, fields_unknown_to(self._client))

    def move(self, endpoint: str, target: Target) -> None:
        """Ask for exactly this target. A busy endpoint raises AwsUnavailable, not AwsDenied.

        An answer to one of the SDK's attempts says nothing of an earlier one whose answer was lost.
        """
        self._lost = False
        desired = [_desired(name, target) for name in target.weights]
        try:
            with translated(MOVE):
                self._client.update_endpoint_weights_and_capacities(
                    EndpointName=endpoint,
                    DesiredWeightsAndCapacities=desired,
                )
        except AwsUnavailable as error:
            raise AwsUnavailable(str(error), refused=error.refused and not self._lost) from error
        except AwsDenied as error:
            if _says(error, "in-progress endpoint"):
                raise AwsUnavailable(
                    f"{endpoint} is busy: {error}", refused=not self._lost
                ) from error
            raise

    def _note_attempt(self, response: Any = None, **_rest: Any) -> None:
        """Note that one of the SDK's attempts had no answer, or one that may come after the
        deed.
        """
        self._lost = self._lost or response is None or response[0].status_code >= SERVER_ERROR


def _says(error: Exception, words: str) -> bool:
    cause = error.__cause__
    return (
        isinstance(cause, ClientError)
        and code_of(cause) == "ValidationException"
        and words in str(cause)
    )


def _desired(name: str, target: Target) -> "DesiredWeightAndCapacityTypeDef":
    """Return what one variant is asked for; a count that is left out stays as it is."""
    asked: DesiredWeightAndCapacityTypeDef = {
        "VariantName": name,
        "DesiredWeight": target.weights[name],
    }
    if name in target.counts:
        asked["DesiredInstanceCount"] = target.counts[name]
    return asked
