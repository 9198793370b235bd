"""The Lambda adapter of a scorer, against real handlers in the emulated account."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from canary.adapters.labelled.scorer_lambda import LambdaScorer
from canary.labelled.own_scores import ScorerFailed
from canary.ports.quality import ScorerBusy
from demo.account import open_account
from emulator.tests.small_account import START, SmallAccount

ITEMS = [
    {"id": "7", "label": ["paris"], "answer": text, "score": None, "record": {"q": "capital?"}}
    for text in ("paris", "rome")
]


@pytest.fixture
def account(tmp_path: Path) -> Iterator[SmallAccount]:
    """A fresh account with the application's clock on it."""
    with open_account(START, patience_seconds=10) as emulator:
        yield SmallAccount(emulator, tmp_path)


def scorer(account: SmallAccount, body: str, **options: Any) -> LambdaScorer:
    """Return the adapter on a function with this body."""
    source = f"def handler(event, context):\n    {body}\n"
    return LambdaScorer(
        account.emulator.client("lambda"), account.function("judge", source, **options)
    )


def test_a_function_is_given_the_items_and_answers_scores(account: SmallAccount) -> None:
    """Version and items go in, one score for each comes out."""
    asked = scorer(
        account,
        "assert event['version'] == 1; "
        "return {'scores': [float(i['answer'] in i['label']) for i in event['items']]}",
    )
    assert asked.score(ITEMS) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("return {'scores': [1.0]}", "gave 1 scores for 2"),
        ("return {'scores': [1.0, float('nan')]}", "no number"),
        ("return {'scores': [1.0, 1.5]}", "outside 0 to 1"),
        ("return 'fine'", "not an object"),
        ("raise KeyError('secret')", "the scorer failed (KeyError)"),
        (
            "from canary import wiring; wiring.sleep(10)",
            "the scorer failed (Sandbox.Timedout)",
        ),
    ],
)
def test_what_is_no_score_is_a_failure_in_words(
    account: SmallAccount, body: str, problem: str
) -> None:
    """Nonsense, errors and time-outs of the function end in a problem that quotes nothing."""
    with pytest.raises(ScorerFailed) as failed:
        scorer(account, body, timeout=3).score(ITEMS)
    assert problem in failed.value.problem
    assert "secret" not in failed.value.problem


def test_the_functions_words_are_kept_apart(account: SmallAccount) -> None:
    """An exception's text is for the report."""
    with pytest.raises(ScorerFailed) as failed:
        scorer(account, "raise ValueError('no credit left')").score(ITEMS)
    assert "no credit left" in failed.value.words


def test_a_function_that_is_not_there_is_a_failure(account: SmallAccount) -> None:
    """A misspelled ARN is told, not waited for."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:nobody"
    with pytest.raises(ScorerFailed, match="there is no such function"):
        LambdaScorer(account.emulator.client("lambda"), arn).score(ITEMS)


class Answering:
    """A client whose one call ends as it is told."""

    def __init__(self, end: Exception | dict[str, Any]) -> None:
        self.end = end

    def invoke(self, **_: Any) -> dict[str, Any]:
        """Raise or answer."""
        if isinstance(self.end, Exception):
            raise self.end
        return self.end


def refusal(code: str, status: int) -> ClientError:
    """Return an error as botocore raises it."""
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Invoke")


@pytest.mark.parametrize(
    "error",
    [refusal("TooManyRequestsException", 429), refusal("ServiceException", 500), refusal("X", 503)],
)
def test_throttling_and_faults_of_the_service_are_busy(error: Exception) -> None:
    """They may be asked again."""
    with pytest.raises(ScorerBusy):
        LambdaScorer(Answering(error), "arn").score(ITEMS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("end", "problem"),
    [
        (refusal("AccessDeniedException", 403), "ScorerFunctionPattern"),
        (refusal("RequestTooLargeException", 413), "lower scorer_batch"),
        (ReadTimeoutError(endpoint_url="x"), "did not answer in scorer_timeout_seconds"),
        ({"Payload": BytesIO(b"<html>")}, "no JSON"),
        (
            {
                "Payload": BytesIO(json.dumps({"errorType": "no type: 1"}).encode()),
                "FunctionError": "Unhandled",
            },
            "the scorer failed (Unhandled)",
        ),
    ],
)
def test_other_ends_are_failures(end: Any, problem: str) -> None:
    """What asking again would not mend is told at once."""
    with pytest.raises(ScorerFailed) as failed:
        LambdaScorer(Answering(end), "arn").score(ITEMS)  # type: ignore[arg-type]
    assert problem in failed.value.problem
