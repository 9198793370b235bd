"""One place that turns botocore's exceptions into this package's: unavailable (try again) or denied
(permanent).
"""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError

from canary.domain.errors import AwsDenied, AwsUnavailable

TRANSIENT = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConcurrentUpdateException",
        "ConflictException",
        "EC2ThrottledException",
        "ExecutionLimitExceeded",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceError",
        "InternalServiceException",
        "KMSThrottling",
        "KmsThrottlingException",
        "LimitExceededException",
        "PaginationTokenExpiredException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "ResourceInUse",
        "ServiceUnavailable",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Error codes as AWS gives them; a test holds them against the API models that botocore ships."""
TRANSIENT_REASONS = frozenset(
    {"ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"}
)
"""Why a transaction is cancelled that may well succeed later: its own code says nothing."""
NOBODY = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "InvalidToken",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
"""Error codes by which every service says that it does not know who asks; source: each service's
"Common errors".
"""
WITHOUT_CREDENTIALS = (
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
WITHOUT_NETWORK = (
    ConnectTimeoutError,
    EndpointConnectionError,
    ProxyConnectionError,
    SSLError,
)
CLIENT_ERROR = 400
TOO_MANY = 429
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


def says(error: Exception, words: str) -> bool:
    """Return whether a translated error is a validation error with these words of AWS's."""
    return code_of_cause(error) == "ValidationException" and words in str(error.__cause__)


def nobody_asked(error: Exception) -> bool:
    """Return whether a translated error says that AWS does not know who asks: there are no
    credentials, or they are not good any more. No other call would fare better.
    """
    return isinstance(error.__cause__, WITHOUT_CREDENTIALS) or code_of_cause(error) in NOBODY


def nobody_reached(error: Exception) -> bool:
    """Return whether a translated error says that the call never came to AWS: no network, a wrong
    region, or a proxy in the way.
    """
    return isinstance(error.__cause__, WITHOUT_NETWORK)


def is_transient(error: ClientError) -> bool:
    """Return whether the same call may well succeed later."""
    status = _status_of(error)
    if code_of(error) in TRANSIENT or status == TOO_MANY or status >= SERVER_ERROR:
        return True
    reasons = {one.get("Code", "None") for one in error.response.get("CancellationReasons", [])}
    return bool(reasons - {"None"}) and reasons - {"None"} <= TRANSIENT_REASONS


def is_refusal(error: ClientError) -> bool:
    """Return whether this answer says that nothing was done; a 5XX may come after the deed."""
    return CLIENT_ERROR <= _status_of(error) < SERVER_ERROR


def _status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
