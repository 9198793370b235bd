"""What `canaryctl evaluate` refuses to take: a state of another question, options that cannot be
meant, files that are none; and that text of the user's is shown as it is.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.canaryctl.test_evaluate import (
    Serve,
    numbers,
    parity,
    refused,
    run,
    serve,
    variants,
)

__all__ = ["serve"]


@pytest.fixture
def kept(serve: Serve, tmp_path: Path) -> tuple[Path, Path]:
    """Return a labelled set and the state that a concluded evaluation of it left."""
    labelled, state = numbers(tmp_path, 500), tmp_path / "state.json"
    with serve(parity()):
        assert run(*variants(labelled, "--state", str(state))).exit_code == 0
    return labelled, state


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--canary", "third"], "--canary"),
        (["--baseline", "third"], "--baseline"),
        (["--endpoint", "another"], "--endpoint"),
        (["--metric", "recall=0.01"], "metrics"),
        (["--false-promotion", "0.01"], "--false-promotion"),
        (["--positive-label", "0"], "positive_label"),
        (["--seed", "other"], "--seed"),
        (["--all"], "--all"),
    ],
)
def test_a_state_of_another_question_is_refused(
    kept: tuple[Path, Path], serve: Serve, more: Sequence[str], named: str
) -> None:
    """Nobody is asked, and what differs is named."""
    labelled, state = kept
    with serve(parity(2)):
        code, told = refused(run(*variants(labelled, "--state", str(state), *more)))
    assert (code, named in told, "another question" in told) == (2, True, True)


def test_a_state_of_another_set_is_refused(kept: tuple[Path, Path], serve: Serve) -> None:
    """The same name with other labels is another question."""
    labelled, state = kept
    labelled.write_text("".join(f"{(n + 1) % 2},{n}\n" for n in range(500)))
    with serve(parity()):
        code, told = refused(run(*variants(labelled, "--state", str(state))))
    assert (code, "content of the labelled set" in told) == (2, True)


def test_the_same_question_is_answered_from_the_state_at_another_pace(
    kept: tuple[Path, Path], serve: Serve
) -> None:
    """How fast to ask is no part of the question."""
    labelled, state = kept
    with serve(parity(2)):
        result = run(*variants(labelled, "--state", str(state), "--concurrency", "2"))
    assert result.exit_code == 0


@pytest.mark.parametrize("content", ["garbage", "", "[]", '{"rollout": "evaluate"}', "\x00"])
def test_a_file_that_is_no_state_is_refused(serve: Serve, tmp_path: Path, content: str) -> None:
    """Exit code 2 names the option."""
    state = tmp_path / "state"
    state.write_text(content)
    with serve(parity()):
        code, told = refused(run(*variants(numbers(tmp_path, 100), "--state", str(state))))
    assert (code, "--state" in told) == (2, True)


@pytest.mark.parametrize("place", ["file/state", "."])
def test_a_state_that_cannot_be_written_is_refused(
    serve: Serve, tmp_path: Path, place: str
) -> None:
    """Before anybody is asked."""
    (tmp_path / "file").touch()
    with serve(parity()):
        code, told = refused(
            run(*variants(numbers(tmp_path, 100), "--state", str(tmp_path / place)))
        )
    assert (code, "--state" in told) == (2, True)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--metric", "accuracy=0.02", "--metric", "accuracy=0.3"], ("0.02", "0.3")),
        (["--label-map", "a=0", "--label-map", "a=1"], ("as 0", "as 1")),
        (["--threshold", "baseline=.4"], ("baseline", "canary")),
        (["--threshold", "2"], ("threshold", "above 2")),
        (["--answer", "a", "--threshold", "baseline=.4"], ("--threshold", "--answer")),
        (["--ranks-catalogue"], ("ranks_catalogue", "ranking")),
        (["--classes", "a,b"], ("classes", "a, b")),
        (["--classes", "0,0,1", "--task", "multiclass"], ("classes", "twice")),
        (["--right-within", "2"], ("right_within", "regression")),
        (["--quantiles", "0.1,0.5"], ("quantiles", "binary")),
        (["--ndcg-at", "3"], ("ndcg_at", "ranking")),
        (["--weight-cap", "2"], ("weight_cap", "weight_column")),
        (["--costs", '{"0": {"1": 1}, "1": {"0": 2}}'], ("costs", "cost in metrics")),
        (["--score", "@", "--activation", "softmax"], ("activation", "scores")),
        (["--classes", "0,1", "--positive-label", "2"], ("positive_label", "classes")),
        (["--max-latency-ratio", "0"], ("latency", "greater than 1")),
        (["--false-rollback", "0"], ("--false-rollback", "above 0")),
        (["--false-promotion", "nan"], ("--false-promotion", "above 0")),
        (["--rate", "20000"], ("--rate", "10000")),
        (["--probe", "5", "--html", "page.html"], ("--probe", "--html")),
    ],
)
def test_options_that_cannot_be_meant_are_refused_by_name(
    serve: Serve, tmp_path: Path, options: Sequence[str], named: Sequence[str]
) -> None:
    """Exit code 2 with both sides of the contradiction."""
    with serve(parity()):
        code, told = refused(run(*variants(numbers(tmp_path, 200), *options)))
    assert (code, [one for one in named if one not in " ".join(told.split())]) == (2, [])


@pytest.mark.parametrize("text", ["[/b]", "[red]", "[number as text]", "\\[/x]"])
def test_text_in_brackets_is_shown_as_it_is(serve: Serve, tmp_path: Path, text: str) -> None:
    """No text of the user's is markup."""
    labelled = numbers(tmp_path, 100)
    with serve(parity()):
        code, told = refused(run(*variants(labelled, "--label-column", text, "--header")))
    assert (code, text in told.replace("\\\\", "\\")) == (2, True)


@pytest.mark.parametrize(
    ("content", "options", "field"),
    [
        ("".join(f"{1 + n % 2},{n}\n" for n in range(100)).encode(), [], "positive_label"),
        (numbers, ["--positive-label", "2"], "positive_label"),
        (
            "".join(f"{('kleiner', 'größer')[n % 2]},{n}\n" for n in range(100)).encode("latin-1"),
            ["--positive-label", "größer"],
            "encoding",
        ),
        (
            ("y,q\n" + "".join(f"{n % 2},{n}\n" for n in range(100))).encode("utf-16-le"),
            ["--label-column", "y"],
            "encoding",
        ),
    ],
)
def test_a_refused_set_names_the_key_that_is_wrong(
    serve: Serve, tmp_path: Path, content: object, options: Sequence[str], field: str
) -> None:
    """Labels that differ are never called the same."""
    labelled = numbers(tmp_path, 100)
    if isinstance(content, bytes):
        labelled.write_bytes(content)
    with serve(parity()):
        code, told = refused(run(*variants(labelled, *options)))
    assert (code, f"guards.quality.{field}:" in told) == (2, True)


def test_a_state_is_one_json_document(kept: tuple[Path, Path]) -> None:
    """The question stands beside its evidence."""
    state = json.loads(kept[1].read_text("utf-8"))
    assert (state["asked"]["--canary"], state["evidence"]["canary"]) == ("new", "new")
