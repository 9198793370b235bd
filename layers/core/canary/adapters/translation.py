"""One place that turns botocore's exceptions into this package's: unavailable (try again) or denied
(permanent).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, ParamValidationError
from botocore.exceptions import ConnectionError as BotoConnectionError

from canary.domain.errors import AwsDenied, AwsUnavailable

TRANSIENT = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "RequestTimeoutException",
        "ResourceInUse",
        "ServiceUnavailable",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
CLIENT_ERROR = 400
SERVER_ERROR = 500


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Raise AwsUnavailable or AwsDenied, naming the action, for what botocore raises inside."""
    try:
        yield
    except ClientError as error:
        answer = f"{action}: {code_of(error)}: {error.response.get('Error', {}).get('Message', '')}"
        if is_transient(error):
            raise AwsUnavailable(answer, refused=is_refusal(error)) from error
        raise AwsDenied(answer) from error
    except (BotoConnectionError, HTTPClientError) as error:
        raise AwsUnavailable(f"{action}: {error}") from error
    except ParamValidationError:
        # Its text quotes the parameters, and those hold what is stored.
        raise AwsDenied(f"{action}: its parameters are not valid") from None
    except BotoCoreError as error:
        raise AwsDenied(f"{action}: {error}") from error


def code_of(error: ClientError) -> str:
    """Return AWS's error code, '' when the answer carries none."""
    return str(error.response.get("Error", {}).get("Code", ""))


def code_of_cause(error: Exception) -> str:
    """Return AWS's error code behind a translated error, '' when AWS did not answer."""
    cause = error.__cause__
    return code_of(cause) if isinstance(cause, ClientError) else ""


def is_transient(error: ClientError) -> bool:
    """Return whether the same call may well succeed later."""
    return code_of(error) in TRANSIENT or _status_of(error) >= SERVER_ERROR


def is_refusal(error: ClientError) -> bool:
    """Return whether this answer says that nothing was done; a 5XX may come after the deed."""
    return CLIENT_ERROR <= _status_of(error) < SERVER_ERROR


def _status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
