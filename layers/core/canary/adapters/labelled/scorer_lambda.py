"""A scorer of one's own as a Lambda function: batches of answers in, scores out.

Rules: nothing that the function or its runtime says is in a problem, which everybody reads: of a
failure its type alone, its message goes to the report. Throttling and the service's own faults are
busy; whatever the function did is not asked about twice.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ReadTimeoutError

from canary.labelled.own_scores import ScorerFailed, read_scores, request_of
from canary.ports.quality import ScorerBusy

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

_BUSY = {
    "TooManyRequestsException",
    "ServiceException",
    "EC2ThrottledException",
    "ResourceNotReadyException",
    "ResourceConflictException",
    "SnapStartNotReadyException",
}
_REMEDIES = {
    "AccessDeniedException": "let the stack call it by the parameter ScorerFunctionPattern",
    "ResourceNotFoundException": "there is no such function",
    "RequestTooLargeException": "a batch is over 6 MB: lower scorer_batch",
}


def scorer_config(timeout_seconds: float) -> Config:
    """Return the client configuration for a scorer that has so long for a batch."""
    return Config(
        read_timeout=timeout_seconds,
        connect_timeout=5,
        retries={"total_max_attempts": 1, "mode": "standard"},
    )


class LambdaScorer:
    """Asks one function."""

    def __init__(self, client: "LambdaClient", function_arn: str) -> None:
        """Use a client made with `scorer_config`."""
        self._client = client
        self._function = function_arn

    def score(self, items: Sequence[Mapping[str, Any]]) -> list[float]:
        """Return one score of 0 to 1 for each item; raise ScorerFailed or ScorerBusy otherwise."""
        try:
            payload = json.dumps(request_of(items)).encode()
            answer = self._client.invoke(FunctionName=self._function, Payload=payload)
            body = answer["Payload"].read()
        except ClientError as error:
            raise _meaning(error) from None
        except ReadTimeoutError:
            raise ScorerFailed("the scorer did not answer in scorer_timeout_seconds") from None
        except BotoCoreError as error:
            raise ScorerBusy(type(error).__name__) from None
        document = _document(body)
        if answer.get("FunctionError"):
            raise _failure(document)
        return read_scores(document, len(items))


def _meaning(error: ClientError) -> ScorerFailed | ScorerBusy:
    code = error.response["Error"]["Code"]
    if code in _BUSY or error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
        return ScorerBusy(code)
    return ScorerFailed(
        f"the scorer cannot be called ({code}): {_REMEDIES.get(code, 'see its ARN')}"
    )


def _failure(document: object) -> ScorerFailed:
    told = document if isinstance(document, Mapping) else {}
    kind = str(told.get("errorType", "Unhandled"))
    named = kind if re.fullmatch(r"[A-Za-z_][\w.]{0,63}", kind) else "Unhandled"
    return ScorerFailed(f"the scorer failed ({named})", str(told.get("errorMessage", "")))


def _document(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ScorerFailed("the scorer's answer is no JSON") from None
