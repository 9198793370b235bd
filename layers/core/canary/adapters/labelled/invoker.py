"""InvokeEndpoint for one chosen variant. Adapters fetch, they never judge: what an answer means is
decided elsewhere.

A model that fails often quotes the row it failed on, so what a container said stays in `words`,
which the operator's report alone shows; told anywhere is of a model's error its status, of a
connection's error its name, and AWS's own text for the two refusals that speak of the call alone.

Client-side retries are off: pauses belong to the evaluation, which knows its time limit and its
rate ceiling.
"""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from boto3 import __version__ as boto3_version
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    IncompleteReadError,
    ReadTimeoutError,
)

from canary.adapters.labelled.whole_answers import with_time_limit
from canary.domain.errors import AwsDenied
from canary.ports.quality import CallBusy, CallFailed, CallOptions, Reply

if TYPE_CHECKING:
    from mypy_boto3_sagemaker_runtime import SageMakerRuntimeClient

LONGEST_WORDS = 300
USER_AGENT = f"Boto3/{boto3_version} sagemaker-canary"

_THROTTLED = {
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestLimitExceeded",
}
_ABOUT_THE_CALL = {"AccessDenied", "AccessDeniedException", "ValidationError"}
_UNAVAILABLE = {
    "ServiceUnavailable",
    "InternalDependencyException",
    "InternalFailure",
    "InternalServerError",
}


def runtime_config(concurrency: int, read_timeout_seconds: float) -> Config:
    """Return the client configuration for so many calls at once; containers answer within 60 s or
    not at all.
    """
    return Config(
        max_pool_connections=max(concurrency, 10),
        read_timeout=read_timeout_seconds,
        connect_timeout=5,
        retries={"total_max_attempts": 1, "mode": "standard"},
        tcp_keepalive=True,
        # A call's overhead is the client's own time, and these two are a seventh of it: the name is
        # put together anew for every call, and the values were checked with the spec.
        user_agent=USER_AGENT,
        parameter_validation=False,
    )


class EndpointInvoker:
    """Calls variants of SageMaker endpoints through one client, from any number of threads."""

    def __init__(self, client: "SageMakerRuntimeClient") -> None:
        """Use a client made with `runtime_config`, whose read time-out bounds a whole answer."""
        with_time_limit(client)
        self._client = client

    def invoke(
        self, endpoint: str, variant: str, body: bytes, content_type: str, options: CallOptions
    ) -> Reply | CallFailed | CallBusy:
        """Return the variant's answer; raise AwsDenied when the endpoint is gone or the call is not
        allowed.
        """
        try:
            answer = self._client.invoke_endpoint(
                EndpointName=endpoint,
                TargetVariant=variant,
                Body=body,
                ContentType=content_type,
                **_given(options),
            )
            read = answer["Body"].read()
        except ClientError as error:
            return _meaning(error, endpoint)
        except ReadTimeoutError:
            return CallFailed("timeout", "no answer within the time limit")
        except EndpointConnectionError as error:
            return CallBusy("unreachable", _nobody_at(error))
        except (
            ConnectionClosedError,
            ConnectTimeoutError,
            HTTPClientError,
            IncompleteReadError,
        ) as error:
            return CallBusy("unavailable", type(error).__name__)
        except BotoCoreError as error:
            raise AwsDenied(
                f"endpoint {endpoint} cannot be called ({type(error).__name__})"
            ) from None
        return Reply(
            read,
            answer.get("ContentType") or content_type,
            answer.get("InvokedProductionVariant") or "",
        )


_NAMES = {
    "accept": "Accept",
    "target_model": "TargetModel",
    "target_container_hostname": "TargetContainerHostname",
    "custom_attributes": "CustomAttributes",
    "inference_id": "InferenceId",
}


def _given(options: CallOptions) -> Any:
    """Return the options that are set, as InvokeEndpoint calls them."""
    return {
        name: value for key, name in _NAMES.items() if (value := getattr(options, key)) is not None
    }


def _nobody_at(error: EndpointConnectionError) -> str:
    """Return where nobody listens, and what to do; the address is the client's own."""
    address = urlsplit(str(error.kwargs.get("endpoint_url", "")))
    return (
        f"nobody listens at {address.scheme}://{address.netloc}: start what should, or correct the "
        "region or AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME"
    )


def _meaning(error: ClientError, endpoint: str) -> CallFailed | CallBusy:
    code = error.response["Error"]["Code"]
    if code == "ModelError":
        status = error.response.get("OriginalStatusCode", "unknown")
        words = " ".join(str(error.response.get("OriginalMessage", "")).split())
        return CallFailed(
            "model_error", f"the model answered with status {status}", words[:LONGEST_WORDS]
        )
    if code == "ModelNotReadyException":
        return CallBusy("not_ready", code)
    if code in _THROTTLED:
        return CallBusy("throttled", code)
    if code in _UNAVAILABLE or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return CallBusy("unavailable", code)
    told = (
        f": {error.response['Error'].get('Message', '')[:300]}" if code in _ABOUT_THE_CALL else ""
    )
    raise AwsDenied(f"endpoint {endpoint} cannot be evaluated ({code}){told}") from None
