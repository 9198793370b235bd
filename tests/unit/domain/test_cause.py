"""What the state machine carried, told in one bounded sentence."""

import json

import pytest

from canary.domain.rollout.task_result import read_cause

LAMBDA = {
    "errorMessage": "variant v2 of churn stayed busy",
    "errorType": "AwsUnavailable",
    "requestId": "r-1",
    "stackTrace": [
        '  File "/var/task/app.py", line 9, in handler\n',
        "    raise AwsUnavailable(secret)\n",
    ],
}


def failed(cause: object) -> str:
    """Return the sentence about a caught error of this cause."""
    return read_cause({"Error": "AwsUnavailable", "Cause": cause})


def test_a_cause_is_its_reason() -> None:
    """What a task said itself is told as it is, bounded."""
    assert read_cause({"next": "RESTORE", "reason": "the canary is worse"}) == "the canary is worse"
    assert len(read_cause({"reason": "x" * 9_000})) == 2_000


def test_of_a_lambda_error_the_message_is_told() -> None:
    """The cause of a failed Lambda task is JSON: its type and stack trace are for the function's
    own log.
    """
    told = failed(json.dumps(LAMBDA))
    assert told == "a step of the controller failed: AwsUnavailable variant v2 of churn stayed busy"


def test_a_plain_cause_is_told() -> None:
    """Step Functions' own errors, a timeout for one, have a sentence as their cause."""
    assert failed("The task ran out of time").endswith("AwsUnavailable The task ran out of time")


@pytest.mark.parametrize(
    "cause", [json.dumps(LAMBDA)[:-20], "{", '{"stackTrace": ["secret"]}', None, ["secret"]]
)
def test_a_cause_that_cannot_be_read_is_left_out(cause: object) -> None:
    """A cause that was cut inside its stack trace, or is no text, leaves the error's name."""
    assert failed(cause) == "a step of the controller failed: AwsUnavailable"


def test_a_long_message_is_cut() -> None:
    """It ends in a record and in a message, which have their limits."""
    assert len(failed(json.dumps({"errorMessage": "x" * 9_000}))) < 1_600
    assert len(read_cause({"Error": "x" * 9_000})) < 300


@pytest.mark.parametrize("no_cause", [None, "text", {}, {"reason": ""}])
def test_no_cause_is_a_reason_too(no_cause: object) -> None:
    """Whoever restores must always have something to say."""
    assert read_cause(no_cause) == "the controller lost its way; restoring to be safe"
