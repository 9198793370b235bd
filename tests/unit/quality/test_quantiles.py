"""Quantiles in another order than the spec names, over whole evaluations."""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from tests.unit.quality.test_blind_baseline import COUNT, evaluated, rng

LEVELS = [round(rng("level", n).uniform(50, 500), 2) for n in range(COUNT)]
PINBALL: dict[str, Any] = {"task": "quantiles", "metrics": {"pinball": {"max_worse": 1}}}


def spread(variant: str, n: int, order: tuple[int, ...]) -> list[float]:
    """Return three quantiles; the canary's are far too near to one another."""
    middle, width = LEVELS[n] + rng(n).gauss(0, 20), 25.6 if variant == "old" else 0.5
    return [middle + side * width for side in order]


@pytest.mark.parametrize(
    ("order", "fitting"), [((1, 0, -1), "0.9,0.5,0.1"), ((-1, 1, 0), "0.1,0.9,0.5")]
)
def test_quantiles_in_another_order_are_refused_with_the_one_that_fits(
    tmp_path: Path, order: tuple[int, ...], fitting: str
) -> None:
    """Named so, the canary that is too sure of itself is worse."""
    with pytest.raises(Refused, match=f"--quantiles {fitting}"):
        evaluated(
            tmp_path,
            LEVELS,
            lambda v, n: spread(v, n, order),
            **PINBALL,
            quantiles=[0.1, 0.5, 0.9],
        )
    said = [float(one) for one in fitting.split(",")]
    found = evaluated(tmp_path, LEVELS, lambda v, n: spread(v, n, order), **PINBALL, quantiles=said)
    assert found.label == "FAIL"


def test_quantiles_that_cross_later_on_are_no_data(tmp_path: Path) -> None:
    """The baseline turns them round once the first answers are over."""
    asked: list[int] = []

    def rule(variant: str, n: int) -> list[float]:
        asked.append(n)
        return spread("old", n, (-1, 0, 1) if len(asked) <= 60 else (1, 0, -1))

    found = evaluated(tmp_path, LEVELS, rule, **PINBALL, quantiles=[0.1, 0.5, 0.9])
    assert found.label == "NO_DATA"
    assert "the lower one is above the higher one" in found.findings[0].reason


def test_quantiles_that_cross_later_on_speak_against_a_failure_too(tmp_path: Path) -> None:
    """A worse canary is not shown by a baseline whose order is another one."""
    asked: list[int] = []

    def rule(variant: str, n: int) -> list[float]:
        asked.append(n)
        if len(asked) <= 60:
            return spread("old", n, (-1, 0, 1))
        if variant == "old":
            return spread("old", n, (1, 0, -1))
        return [one + 900 for one in spread("old", n, (-1, 0, 1))]

    found = evaluated(tmp_path, LEVELS, rule, **PINBALL, quantiles=[0.1, 0.5, 0.9])
    assert found.label == "NO_DATA"


def test_near_quantiles_may_cross_now_and_then(tmp_path: Path) -> None:
    """Models trained apart are noisy, and neither is turned round."""

    def rule(_: str, n: int) -> dict[str, float]:
        middle = LEVELS[n] + rng(n).gauss(0, 20)
        return {q: middle + rng(n, q).gauss(0, 3) for q in ("0.49", "0.5", "0.51")}

    assert evaluated(tmp_path, LEVELS, rule, **PINBALL).label == "PASS"


def test_a_canary_whose_named_quantiles_cross_is_worse(tmp_path: Path) -> None:
    """It says itself which they are: no reading of ours is at fault."""

    def rule(variant: str, n: int) -> dict[str, float]:
        low, middle, high = spread("old", n, (-1, 0, 1) if variant == "old" else (1, 0, -1))
        return {"0.1": low, "0.5": middle, "0.9": high}

    assert evaluated(tmp_path, LEVELS, rule, **PINBALL).label == "FAIL"
