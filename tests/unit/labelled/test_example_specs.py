"""Every spec in examples/ is valid, and its labelled set, request and answer fit together for its
kind of model.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.spec import read_spec
from canary.labelled.answers.read import read_answers
from canary.labelled.check import check_records
from canary.labelled.examples import read_example
from canary.labelled.label_names import label_names
from canary.labelled.records import RecordFile
from canary.labelled.requests import build_body
from tests.unit.labelled.readings import agree

SPECS = Path(__file__).resolve().parents[3] / "examples" / "specs"

# spec: (set, expected body of the first request, the model's answer to it, expected decisions)
MODELS: dict[str, tuple[str, Any, str, list[str]]] = {
    "xgboost": (
        "customer,region,churn,age\nc1,north,1,40\nc2,south,0,30\n",
        "40\n30",
        "0.45\n0.2\n",
        ["1", "0"],
    ),
    "published-two-variants": ("0,186,0\n1,132,25\n", "186,0", "0.0158420373", ["0"]),
    "scikit-learn": (
        '{"species": "setosa", "a": 1, "b": 2}\n{"species": "virginica", "a": 3, "b": 4}\n',
        [[1, 2], [3, 4]],
        "[[0.9, 0.1, 0.0], [0.0, 0.1, 0.9]]",
        ["setosa", "virginica"],
    ),
    "hugging-face": (
        '{"text": "good", "label": "POSITIVE"}\n{"text": "bad", "label": "NEGATIVE"}\n',
        {"inputs": "good", "parameters": {"truncation": True}},
        '[{"label": "POSITIVE", "score": 0.98}]',
        ["1"],
    ),
    "torchserve": (
        '[{"image": "aGk=", "label": "cat"}, {"image": "aG8=", "label": "dog"}]',
        {"data": "aGk="},
        '{"cat": 0.7, "dog": 0.3}',
        ["cat"],
    ),
    "regression": (
        "units,price\n12,3.5\n7,4\n",
        '{"features":[3.5]}\n{"features":[4]}',
        '{"prediction": {"mean": 11.5}}\n{"prediction": {"mean": 8}}',
        ["11.5", "8.0"],
    ),
}


@pytest.mark.parametrize("path", sorted(SPECS.glob("*.json")), ids=lambda path: path.stem)
def test_the_spec_is_valid(path: Path) -> None:
    """A spec to copy can be copied."""
    spec = read_spec(json.loads(path.read_text()))
    assert (spec.guards.quality is None) == (path.stem == "minimal")
    assert path.stem in MODELS or path.stem == "minimal"


@pytest.mark.parametrize("name", MODELS)
def test_set_request_and_answer_fit_together(tmp_path: Path, name: str) -> None:
    """The first request is what the model takes, and its answer is read into the right
    decisions.
    """
    text, body, answer, decisions = MODELS[name]
    guard = read_spec(json.loads((SPECS / f"{name}.json").read_text())).guards.quality
    assert guard is not None
    path = tmp_path / Path(guard.labelled_set).name
    path.write_text(text)
    with RecordFile(path, guard) as records:
        check_records(records, guard, whole=True)
        rows = range(min(guard.records_per_request, len(records)))
        examples = tuple(read_example(records.row(index), records.layout, guard) for index in rows)
        built = build_body(examples, records.layout, guard).decode()
        labels = label_names(records, guard)
    assert (built if isinstance(body, str) else json.loads(built)) == body
    told, form = answer.encode(), guard.accept or "application/json"
    contract, known = agree(guard, [told], None, form, len(examples), sorted(labels))
    found = read_answers(told, form, len(examples), contract.canary, known)
    assert [one.decision for one in found if isinstance(one, Prediction)] == decisions
