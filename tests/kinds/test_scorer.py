"""Every kind through a scorer of one's own instead of a metric that ships."""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.plan.quality import QualityMargin
from canaryctl.evaluate.scorer_function import FunctionScorer
from tests.kinds.containers import CONTAINERS
from tests.kinds.worlds import Endpoint, evaluated, mostly_right, written_set


def agreement(event: dict[str, Any]) -> dict[str, list[float]]:
    """Return 1 where an answer agrees with its label, by what both are."""
    return {"scores": [float(agrees(item["label"], item["answer"])) for item in event["items"]]}


def agrees(label: Any, answer: Any) -> bool:
    """Return whether an answer is right, in the looser sense of a person who reads both."""
    if isinstance(label, list) and label and isinstance(label[0], dict):
        return any(row[2:] == label[0]["box"] for row in answer)
    if isinstance(label, list) and isinstance(answer, str):
        return answer.strip(" .\n") in label
    if isinstance(label, list) and isinstance(answer, dict):
        return all(abs(a - y) < 1 for a, y in zip(answer["0.5"], label, strict=True))
    if isinstance(label, float):
        return bool(abs(answer - label) < 1)
    if isinstance(label, list) and label and isinstance(label[0], int | float):
        return best(answer) == best(label)
    return bool(answer == label)


def best(values: list[float]) -> int:
    """Return the place of the largest value."""
    return max(range(len(values)), key=values.__getitem__)


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_kind_is_judged_by_a_scorer(tmp_path: Path, kind: str) -> None:
    """The same answers, judged by a function: a worse canary fails, an equal one passes."""
    container, path = CONTAINERS[kind], written_set(kind, tmp_path)
    good, poor = (mostly_right(container, share, "one") for share in (0.95, 0.45))
    changes: dict[str, Any] = {
        "scorer": "judge.py:agreement",
        "metrics": {"scorer": QualityMargin(max_worse=0.1)},
        "own_scorer": FunctionScorer(agreement, 30.0),
    }
    found = [
        evaluated(kind, path, Endpoint(container, {"V1": good, "V2": canary}), **changes).label
        for canary in (poor, good)
    ]
    assert found == ["FAIL", "PASS"]
