"""What stands on the endpoint, by what was brought."""

from pathlib import Path

import pytest

from emulator.endpoints import Model
from local.asked import FEW, MANY, Asked, Pace
from local.mistake import Mistake
from local.sample import BASELINE, CANARY
from local.stage import props_of


def agreement(model: Model, labelled: bytes) -> float:
    """Return how often a made-up model is right about its labelled set."""
    lines = [line.split(",") for line in labelled.decode().splitlines()]
    answers = model.predict_batch([[float(c) for c in line[1:]] for line in lines])
    right = [int(line[0]) == answer for line, answer in zip(lines, answers, strict=True)]
    return right.count(True) / len(right)


def test_without_models_the_made_up_canary_is_the_better_one() -> None:
    """By what its labelled set says."""
    props = props_of(Asked())
    assert props.models == (BASELINE, CANARY)
    assert props.rows.labelled is not None
    scores = [agreement(model, props.rows.labelled) for model in props.models]
    assert scores[1] > scores[0] + 0.03 > 0.7


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"canary": "churn.py"}, "--rows: a model of your own needs records"),
        ({"label_column": 0}, "--label-column: .* Give --rows too"),
        ({"canary": "churn.py", "rows": Path("a.csv")}, "--baseline: .* Bring both"),
        ({"rows": Path("a.csv")}, "--baseline: .* Bring both"),
        ({"endpoint": "churn_prod"}, "--endpoint: .* letters, digits and hyphens"),
        ({"region": "mars-1"}, "--region: .* us-east-1"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_opened(
    asked: dict[str, object],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A made-up model never answers a person's own records, nor the other way round; names are
    those that AWS takes.
    """
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("1,2\n", encoding="utf-8")
    with pytest.raises(Mistake, match=said):
        props_of(Asked(**asked))  # type: ignore[arg-type]


def test_a_container_gets_less_traffic_unless_it_is_said() -> None:
    """Each request is a real one there."""
    asked = [
        Asked(),
        Asked(canary="http://127.0.0.1:8080"),
        Asked(canary="http://x", requests_per_minute=7),
    ]
    assert [one.traffic for one in asked] == [MANY, FEW, 7]


def test_the_clock_has_three_paces() -> None:
    """Wall seconds of an emulated minute."""
    paces = [Asked(pace=pace, fast_minute_seconds=0.5).minute_seconds for pace in Pace]
    assert paces == [60.0, 0.5, float("inf")]
