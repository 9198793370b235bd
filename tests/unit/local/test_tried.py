"""What a model answers to its own records, before an account is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from local.asked import Asked
from local.mistake import Mistake
from local.run import greeting
from local.stage import Props, props_of

SOURCE = """
def predict(rows):
    return [int(tenure < 0.5) for tenure, calls in rows]

def broken(rows):
    return [1 // int(calls > 0.3) for tenure, calls in rows]

def mute(rows):
    raise RuntimeError("no weights")
"""


def brought(folder: Path, rows: str, **asked: Any) -> Props:
    """Return what stands where these are brought."""
    model, records = folder / "churn.py", folder / "churn.csv"
    model.write_text(SOURCE, encoding="utf-8")
    records.write_text(rows, encoding="utf-8")
    named: dict[str, Any] = {
        side: f"{model}:{asked.pop(side, 'predict')}" for side in ("baseline", "canary")
    }
    return props_of(Asked(rows=records, **named, **asked))


def test_the_greeting_says_how_each_model_did_on_its_records(tmp_path: Path) -> None:
    """What serves, and a canary that fails one of four, with the record and the error."""
    props = brought(tmp_path, "0.1,0.9\n0.2,0.8\n0.3,0.2\n0.4,0.5\n", canary="broken")
    said = "\n".join(greeting(Asked(), props, "http://127.0.0.1:1"))
    assert "predict answers the 4 tried, [0.1, 0.9]: 1" in said
    assert (
        "broken FAILS 1 of the 4 tried, record 3, [0.3, 0.2]: "
        "500 ZeroDivisionError: integer division or modulo by zero"
    ) in said


def test_a_canary_that_answers_nothing_is_for_the_rollout_to_find(tmp_path: Path) -> None:
    """It is told, and not refused: that is what is tried here."""
    found = brought(tmp_path, "0.1,0.9\n" * 30, canary="mute").tried[1]
    assert "FAILS all 20 tried, record 1, [0.1, 0.9]: 500 RuntimeError: no weights" in found.words


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"baseline": "mute"}, r"^--baseline: no record of the 1 tried .* Mend the model"),
        ({}, r"^--baseline and --canary: .* too many values .* name the label's column"),
    ],
)
def test_a_baseline_that_answers_nothing_is_refused(
    asked: dict[str, str], said: str, tmp_path: Path
) -> None:
    """No rollout could be judged beside it; a label left in the records is the usual cause."""
    rows = "0.1,0.9\n" if asked else "1,0.1,0.9\n" * 3
    with pytest.raises(Mistake, match=said):
        brought(tmp_path, rows, **asked)


@pytest.mark.parametrize("share", [0.002, 0.0])
def test_errors_that_no_model_makes_are_told(share: float) -> None:
    """Whoever counts errors knows which are the account's own."""
    asked = Asked(background_errors=share)
    greeted = "\n".join(greeting(asked, props_of(asked), "http://127.0.0.1:1"))
    assert ("0.2% of the requests fail with 503" in greeted) is (share > 0)
