"""What is called transient has a name that AWS gives, and every name AWS gives is called something.

The names are those of the API models that botocore ships, of exactly the operations that the
adapters call, and of botocore's own standard retries for what every service may answer.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker
from botocore.session import get_session

from canary.adapters.labelled import invoker, s3, scorer_lambda
from canary.adapters.stepfunctions import STALE_TOKEN
from canary.adapters.table import lost_race
from canary.adapters.translation import TRANSIENT, TRANSIENT_REASONS, translated
from canary.domain.errors import AwsDenied, AwsUnavailable, CanaryError
from tests.roles.client_calls import Call, calls_of
from tests.roles.clients import known_in
from tests.roles.sources import adapters

CHECKERS: tuple[Any, ...] = (ThrottledRetryableChecker, TransientRetryableChecker)
OF_EVERY_SERVICE = {
    *CHECKERS[0]._THROTTLED_ERROR_CODES,
    *CHECKERS[1]._TRANSIENT_ERROR_CODES,
}
"""What botocore tries again whatever the service, though no model names it for an operation."""
ELSEWHERE = {
    "ResourceInUse": "sagemaker",
    "InternalServiceError": "cloudwatch",
    "Throttled": "sns",
}
"""Names that a service's model has, though for none of the operations called here."""
OWN_WORDS = {"lambda", "s3", "sagemaker-runtime"}
"""Services whose adapters say themselves what an answer means, S3's also by its status."""
PERMANENT = {
    # the call is wrong, or not allowed, and would be again
    "AuthorizationError",
    "IdempotentParameterMismatchException",
    "InvalidArn",
    "InvalidExecutionInput",
    "InvalidName",
    "InvalidNextToken",
    "InvalidNextTokenException",
    "InvalidOutput",
    "InvalidParameter",
    "InvalidParameterException",
    "InvalidSecurity",
    "ParameterValueInvalid",
    "ValidationException",
    # what it is asked of is not there, or full, until a person acts
    "EndpointDisabled",
    "ItemCollectionSizeLimitExceededException",
    "NotFound",
    "PlatformApplicationDisabled",
    "ResourceLimitExceeded",
    "ResourceNotFound",
    "ResourceNotFoundException",
    "StateMachineDeleting",
    "StateMachineDoesNotExist",
    "StateMachineTypeNotSupported",
    # a key that is disabled, deleted or not ours, until a person acts
    "KMSAccessDenied",
    "KMSDisabled",
    "KMSInvalidState",
    "KMSNotFound",
    "KMSOptInRequired",
    "KmsAccessDeniedException",
    "KmsInvalidStateException",
}
"""What is not tried again."""
ANSWERS = STALE_TOKEN | {
    "ConditionalCheckFailedException",
    "ExecutionAlreadyExists",
    "ExecutionDoesNotExist",
    "TransactionCanceledException",
}
"""What the adapter that asked reads as an answer."""


def calls() -> list[Call]:
    """Return every call that the adapters make, but for those of an operator who looks whether all
    is well: whatever AWS answers there is shown.
    """
    modules = [one for one in adapters() if not one.name.startswith("canary.adapters.account")]
    known = known_in(modules)
    return [call for module in modules for call in calls_of(module, known)]


def errors_of(service: str, operation: str | None = None) -> dict[str, int]:
    """Return the errors of an operation, or of all of a service, by code, with their status."""
    model: Any = get_session().get_service_model(service)
    shapes = (
        model.operation_model(operation).error_shapes
        if operation
        else [model.shape_for(name) for name in model.shape_names]
    )
    found = {}
    for shape in shapes:
        if shape.metadata.get("exception"):
            said: Any = shape.metadata.get("error", {})
            status = said.get("httpStatusCode", 500 if shape._shape_model.get("fault") else 400)
            found[str(said.get("code") or shape.name)] = int(status)
    return found


CALLS = sorted({(call.service, call.operation) for call in calls()})
TRANSLATED = [call for call in CALLS if call[0] not in OWN_WORDS]


def test_every_transient_name_is_one_that_aws_gives() -> None:
    """A name that no model has would never be met, and the real one be taken for permanent."""
    met = {code for service, operation in CALLS for code in errors_of(service, operation)}
    elsewhere = {code for code, service in ELSEWHERE.items() if code in errors_of(service)}
    assert elsewhere == ELSEWHERE.keys()
    assert TRANSIENT - met - elsewhere - OF_EVERY_SERVICE == set()


def test_what_botocore_tries_again_is_transient_here() -> None:
    """Its attempts are few; ours begin where they end."""
    assert OF_EVERY_SERVICE <= TRANSIENT


@pytest.mark.parametrize(("service", "operation"), TRANSLATED)
def test_every_error_of_a_call_is_called_something(service: str, operation: str) -> None:
    """Transient, permanent, or an answer: a name that a newer model adds fails here."""
    known = TRANSIENT | PERMANENT | ANSWERS
    errors = errors_of(service, operation)
    assert {code for code, status in errors.items() if status < 500} - known == set()


def test_nothing_is_called_two_things() -> None:
    """Permanent, transient and an answer exclude each other."""
    assert not TRANSIENT & PERMANENT
    assert not TRANSIENT & ANSWERS
    assert not PERMANENT & ANSWERS


@pytest.mark.parametrize(
    ("service", "operation", "names"),
    [
        ("lambda", "Invoke", scorer_lambda._BUSY | scorer_lambda._REMEDIES.keys()),
        ("sagemaker-runtime", "InvokeEndpoint", invoker._UNAVAILABLE),
        ("s3", None, s3._MISSING),
    ],
)
def test_adapters_with_words_of_their_own_know_real_names(
    service: str, operation: str | None, names: set[str]
) -> None:
    """What they name is in the model, or one of the names that services share."""
    shared = {"AccessDeniedException", "InternalServerError", "NotFound", "404"}
    assert names - errors_of(service, operation).keys() - shared == set()


def answered(code: str, status: int = 400, **more: Any) -> ClientError:
    """Return what botocore raises for an answer."""
    said: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}, **more}
    return ClientError(said, "Operation")


def meaning(error: ClientError) -> CanaryError:
    """Return what an answer is translated into."""
    with pytest.raises(CanaryError) as raised, translated("Operation"):
        raise error
    return raised.value


@pytest.mark.parametrize(
    "code",
    [
        "KMSThrottling",
        "KmsThrottlingException",
        "ExecutionLimitExceeded",
        "ReplicatedWriteConflictException",
        "Throttled",
        "ThrottledException",
        "PriorRequestNotComplete",
    ],
)
def test_throttling_by_any_of_its_names_is_tried_again(code: str) -> None:
    """KMS in SNS's words and in Step Functions', and the rest."""
    found = meaning(answered(code))
    assert isinstance(found, AwsUnavailable)
    assert found.refused


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_status_says_it_where_the_name_is_new(status: int) -> None:
    """Too many requests, and every fault of the service."""
    assert isinstance(meaning(answered("SomethingNew", status)), AwsUnavailable)


REASONS = {
    "throttled": (["None", "ThrottlingError"], AwsUnavailable, False),
    "out of capacity": (["ProvisionedThroughputExceeded", "None"], AwsUnavailable, False),
    "another transaction": (["TransactionConflict", "None"], AwsUnavailable, True),
    "another state": (["ConditionalCheckFailed", "None"], AwsDenied, True),
    "another state, and throttled": (
        ["ConditionalCheckFailed", "ThrottlingError"],
        AwsDenied,
        True,
    ),
    "an item too large": (["ValidationError", "None"], AwsDenied, False),
    "an item too large, and throttled": (["ValidationError", "ThrottlingError"], AwsDenied, False),
}


@pytest.mark.parametrize("case", REASONS)
def test_a_cancelled_transaction_is_judged_by_its_reasons(case: str) -> None:
    """Its own code says nothing: throttled ones are tried again, lost races read anew."""
    codes, kind, lost = REASONS[case]
    reasons = [{"Code": code} for code in codes]
    found = meaning(answered("TransactionCanceledException", CancellationReasons=reasons))
    assert type(found) is kind
    assert lost_race(found) is lost


def test_a_transactions_reasons_are_those_of_its_model() -> None:
    """DynamoDB documents them with the error."""
    model = get_session().get_service_model("dynamodb")
    documented = model.shape_for("TransactionCanceledException").documentation
    for reason in (*TRANSIENT_REASONS, "ConditionalCheckFailed"):
        assert f"Code: <code>{reason}</code>" in documented
