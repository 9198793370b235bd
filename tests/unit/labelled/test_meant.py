"""Keys of a spec that say nothing, or contradict each other, are refused by name."""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import Refused
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.meant import check_meant
from canary.labelled.records import RecordFile


@pytest.mark.parametrize(
    ("keys", "field", "remedy"),
    [
        # A model's answers to it are label sets, which a threshold of their own would not change.
        (
            {"task": "multilabel", "answer": {"threshold": 0.3}},
            "answer.threshold",
            "beside answer",
        ),
        (
            {"task": "regression", "right_within": 1.0, "answer": {"threshold": 0.3}},
            "answer.threshold",
            "Leave it out",
        ),
        ({"scorer_batch": 7}, "scorer_batch", "Name scorer"),
        ({"labelled_set": "s3://b/SET.JSONL.GZ", "delimiter": ";"}, "delimiter", "format csv"),
    ],
)
def test_a_key_without_effect_is_refused(
    tmp_path: Path, keys: dict[str, Any], field: str, remedy: str
) -> None:
    """Who gave it believes that it counts."""
    given = {"labelled_set": "s3://b/set.csv", "label_column": 0, **keys}
    spec = QualityGuardSpec.model_validate(given)
    path = tmp_path / "set.csv"
    path.write_text("1,2.5\n0,1.5\n")
    plain = QualityGuardSpec(labelled_set="s3://b/set.csv", label_column=0)
    with RecordFile(path, plain) as records, pytest.raises(Refused) as refused:
        check_meant(spec, records)
    assert refused.value.field == f"guards.quality.{field}"
    assert remedy in str(refused.value)


@pytest.mark.parametrize(
    ("costs", "remedy"),
    [(("cat", "dog"), "Add its row"), (("cat", "dog", "Horse"), "Did you mean 'Horse'?")],
)
def test_a_label_without_a_cost_is_refused_before_any_model_is_asked(
    tmp_path: Path, costs: tuple[str, ...], remedy: str
) -> None:
    """What deciding wrongly for it costs is not known."""
    path = tmp_path / "set.csv"
    path.write_text("cat,1\ndog,2\nhorse,3\n")
    rows = {name: {one: float(one != name) for one in costs} for name in costs}
    margins = {"cost": {"max_worse": 0.1}}
    given = {"labelled_set": str(path), "task": "multiclass", "metrics": margins, "costs": rows}
    spec = QualityGuardSpec.model_validate(given)
    with RecordFile(path, spec) as records, pytest.raises(Refused, match="'horse'") as refused:
        check_meant(spec, records)
    assert refused.value.field == "guards.quality.costs"
    assert remedy in str(refused.value)
