"""The last request of a set may have one record: its answer is a list of one, as a batch is."""

import json
from typing import Any

import pytest

from canary.labelled.tasks.answers import read_answer_of_parts
from tests.unit.labelled.readings import guard

TWO = {"quantiles": (0.1, 0.9)}


@pytest.mark.parametrize(
    ("task", "keys", "value"),
    [
        ("multilabel", {}, ["a", "b"]),
        ("multilabel", {}, {"a": 0.9, "b": 0.2}),
        ("multilabel", {}, [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.1}]),
        ("multilabel", {"classes": ("a", "b")}, [0.9, 0.2]),
        ("entities", {}, [[0, 3, "PER"], [5, 7, "LOC"]]),
        ("entities", {}, [{"start": 0, "end": 3, "entity_group": "PER"}]),
        ("ranking", {"ranked_by": "scores"}, [0.3, 0.9, 0.1]),
        ("ranking", {}, {"x": 0.3, "y": 0.9}),
        ("quantiles", {}, {"0.1": 1.0, "0.9": 3.0}),
        ("quantiles", TWO, [1.0, 3.0]),
        ("quantiles", TWO, [[1.0, 2.0], [3.0, 4.0]]),
        ("text", {}, {"generated_text": "yes"}),
    ],
)
def test_a_list_of_one_is_what_is_in_it(task: str, keys: dict[str, Any], value: Any) -> None:
    """And what stands alone stays what it is."""
    metrics = {"quantiles": "pinball", "text": "exact"}
    margins = {"metrics": {metrics[task]: {"max_worse": 0.1}}} if task in metrics else {}
    spec = guard(task=task, **margins, **keys)
    alone = read_answer_of_parts(value, spec)
    assert read_answer_of_parts([value], spec) == alone
    assert json.loads(alone.decision) if task != "text" else alone.decision == "yes"
