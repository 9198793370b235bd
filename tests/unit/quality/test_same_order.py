"""Answers of a request of several records in another order than the records."""

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from canary.domain.errors import Refused
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import CallFailed
from tests.unit.quality.variants import world

Order = Callable[[list[str]], list[str]]


def answer(row: str) -> str:
    """Return a record's answer: a coin of its own, which tells nothing of its neighbours."""
    return str(random.Random(row).randint(0, 1))


def reversed_(answers: list[str]) -> list[str]:
    """Return the answers from behind."""
    return answers[::-1]


def moved_on(answers: list[str]) -> list[str]:
    """Return the answers each one place later."""
    return answers[-1:] + answers[:-1]


@pytest.mark.parametrize("size", [2, 3, 10])
@pytest.mark.parametrize("order", [reversed_, moved_on, sorted])
@pytest.mark.parametrize("variant", ["old", "new"])
def test_another_order_is_refused(tmp_path: Path, size: int, order: Order, variant: str) -> None:
    """By the variant's name, though both may do it alike and be as right as each other."""

    def rule(asked: str, body: str) -> str:
        answers = [answer(row) for row in body.split("\n")]
        return "\n".join(order(answers) if asked in (variant, "old") else answers)

    here = world(tmp_path, {}, 400, rule, records_per_request=size)
    with pytest.raises(Refused, match=r"records_per_request: variant old answers .* another order"):
        evaluate(here.request(), here.ports())


def test_the_canarys_order_alone_is_looked_at_too(tmp_path: Path) -> None:
    """And named."""

    def rule(asked: str, body: str) -> str:
        answers = [answer(row) for row in body.split("\n")]
        return "\n".join(answers[::-1] if asked == "new" else answers)

    here = world(tmp_path, {}, 400, rule, records_per_request=10)
    with pytest.raises(Refused, match="variant new answers"):
        evaluate(here.request(), here.ports())


def test_answers_that_differ_each_time_are_told(tmp_path: Path) -> None:
    """A model that draws its answers is not refused for another order."""
    draws = itertools.count()

    def rule(asked: str, body: str) -> str:
        rows = body.split("\n")
        drawn = asked == "new" and random.Random(next(draws)).random() < 0.9
        return "\n".join(answer(f"{row}{next(draws)}") if drawn else answer(row) for row in rows)

    here = world(tmp_path, {}, 400, rule, records_per_request=10)
    evidence = evaluate(here.request(), here.ports())
    assert any("otherwise alone than in one request" in note.text for note in evidence.notes)


def test_scores_that_a_batch_rounds_otherwise_are_the_same(tmp_path: Path) -> None:
    """The tenth decimal changes with the size of a batch, and nothing is said of it."""

    def rule(_asked: str, body: str) -> str:
        rows = body.split("\n")
        return "\n".join(f"{(int(row) % 2) * 0.8 + 0.1 + len(rows) * 1e-7:.8f}" for row in rows)

    here = world(tmp_path, {}, 400, rule, records_per_request=10)
    evidence = evaluate(here.request(), here.ports())
    assert (evidence.label, evidence.notes) == ("PASS", ())


def test_records_that_are_not_answered_alone_are_told(tmp_path: Path) -> None:
    """Their order cannot be looked at, and no other order is claimed."""

    def rule(asked: str, body: str) -> str | CallFailed:
        rows = body.split("\n")
        if asked == "new" and len(rows) == 1:
            return CallFailed("model_error", "status 500")
        return "\n".join(str(int(row) % 2) for row in rows)

    here = world(tmp_path, {}, 400, rule, records_per_request=10)
    evidence = evaluate(here.request(), here.ports())
    assert [note.text for note in evidence.notes] == [
        "8 of 8 records the canary does not answer alone"
    ]
