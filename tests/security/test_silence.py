"""No label, feature, record id or answer is ever logged, told or kept in an execution, whatever is
wrong with them.

One deployed application goes through every way in which a set or a model can be wrong, and one that
is right. Every cell is marked. The one place that keeps cells is a QUALITY item: its disagreements
and its report, for people.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from tests.faults.base import deployed
from tests.security import marked
from tests.security.marked import MARKS, MarkedModel, errs, fails, is_stuck, repeats, spec
from tests.security.told import Told

NAMELESS: dict[str, Any] = {"id_column": None, "slice_column": None}
DIAGNOSIS = NAMELESS | {"label_column": "diagnosis"}
FIRST_LINE = json.dumps({"diagnosis": "labelmark-even", "text": "textmark", "size": "52000.40625"})

SETS = {
    "set.csv": marked.csv(marked.ROWS),
    "set.jsonl": marked.json_lines(marked.ROWS),
    "few.csv": marked.csv(marked.ONE_CLASS[:9]),
    "large.csv": marked.csv(marked.ONE_CLASS),
    "cut.jsonl": FIRST_LINE[:-4],
    "cut.json": f"[{FIRST_LINE[:-4]}",
    "quote.csv": '"labelmark-even"textmark,52000.40625',
}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "a name without a header": (
        spec("set.csv", label_column="diagnosis"),
        (
            "guards.quality.label_column: no column is called 'diagnosis' among the 4 of the first "
            "record"
        ),
    ),
    "a name no field has": (
        spec("set.jsonl", **(DIAGNOSIS | {"slice_column": "city"})),
        "'city' among the 4 of the first",
    ),
    "text for 0 and 1": (
        spec("set.csv", task="binary"),
        "row 1 has text of 14 characters as its label (column 1)",
    ),
    "text for a number": (
        spec("set.csv", task="regression", right_within=1.0),
        (
            "row 1 has text of 14 characters as its label (column 1), where a regression needs a "
            "number"
        ),
    ),
    "another class": (
        spec("set.csv", classes=["a", "b"]),
        "guards.quality.classes: no label of the set is one of them (a, b)",
    ),
    "one class": (spec("few.csv"), "every label is the same on all 9 records"),
    "a line cut off": (spec("cut.jsonl", **DIAGNOSIS), "row 1 is not JSON (unterminated string"),
    "a document cut off": (
        spec("cut.json", **DIAGNOSIS),
        "not a JSON document (behind record 0: unterminated",
    ),
    "a stray quote": (spec("quote.csv", **NAMELESS, label_column=0), "row 1 is not CSV"),
}
ROLLED_BACK = "FAILED RolledBack"
EVALUATED: dict[str, tuple[dict[str, Any], dict[str, MarkedModel], str]] = {
    "one class in a large set": (
        spec("large.csv"),
        {},
        (
            f"{ROLLED_BACK}: a step of the controller failed: Refused guards.quality.labelled_set: "
            "every label is the same"
        ),
    ),
    "both models fail": (
        spec("set.csv", custom_attributes="run 51"),
        {"v1": MarkedModel(every=fails), "v2": MarkedModel(every=fails)},
        ROLLED_BACK,
    ),
    "both models repeat the row": (
        spec("set.csv", custom_attributes="run 52"),
        {"v1": MarkedModel(every=repeats), "v2": MarkedModel(every=repeats)},
        ROLLED_BACK,
    ),
    "an expression that fails": (
        spec(
            "set.csv",
            custom_attributes="run 53",
            accept="application/json",
            answer="sum(predictions)",
        ),
        {},
        ROLLED_BACK,
    ),
    "a worse canary": (
        spec("set.csv", custom_attributes="run 54"),
        {"v2": MarkedModel(every=is_stuck)},
        ROLLED_BACK,
    ),
    "a good canary": (
        spec("set.csv", custom_attributes="run 55"),
        {"v2": MarkedModel({3: repeats, 5: fails, 7: errs, 9: errs})},
        "SUCCEEDED",
    ),
}


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    """Every rollout run to its end; the good one last, because it leaves the canary serving."""
    with deployed() as stage:
        told = Told(stage, SETS)
        for name, (document, _) in REFUSED.items():
            told.run(name, document)
        for name, (document, models, _) in EVALUATED.items():
            told.run(name, document, **models)
        yield told


@pytest.fixture(scope="module")
def said(told: Told) -> dict[str, str]:
    """Everything that was said, by where."""
    return told.said()


NEVER_READ = {
    "one class in a large set",
    "both models repeat the row",
    "an expression that fails",
}
"""Refused before a record counted, so that no evidence is kept."""
FOR_PEOPLE = {"disagreements", "report", "tally", "contract", "failures"}


def notes(evidence: QualityEvidence) -> set[str]:
    """Return what is noted of records, without the row."""
    return {note.text.partition(": ")[2] for note in evidence.notes}


def kept(told: Told) -> dict[str, QualityEvidence]:
    """Return the quality evidence of every evaluated rollout, which its attributes keep
    apart.
    """
    found = {}
    for item in told.items():
        if item["sk"]["S"] == "QUALITY":
            body = QualityEvidence.model_validate_json(item["body"]["S"])
            found[body.rollout] = body
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_names_row_column_and_kind(told: Told, name: str) -> None:
    """The planner says what is wrong and where, well enough to correct it."""
    assert told.ended[name].startswith("FAILED Refused")
    assert REFUSED[name][1] in json.loads(told.ended[name].partition(": ")[2])["errorMessage"]


@pytest.mark.slow
@pytest.mark.parametrize("name", EVALUATED)
def test_an_evaluation_ends_as_it_should(told: Told, name: str) -> None:
    """What only the whole set or the models' answers show is found by the evaluator."""
    assert told.ended[name].startswith(EVALUATED[name][2])


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", ["logs", "answers", "inputs", "executions", "messages", "events", "table"]
)
def test_no_cell_and_no_answer_is_said(said: dict[str, str], where: str) -> None:
    """Lambda's logs, results, errors and inputs, executions and their causes, messages, events,
    records, verdicts.
    """
    assert len(said[where]) > 5_000
    assert not [mark for mark in MARKS if mark in said[where]]


@pytest.mark.slow
def test_what_went_wrong_is_noted_without_the_answer(told: Told) -> None:
    """The notes of an evaluation say what kind of answer it was, and that a model failed, not what
    either said.
    """
    noted = {text for evidence in kept(told).values() for text in notes(evidence)}
    assert "model error: the model answered with status 500" in noted
    assert "unreadable answer: text of 27 characters is no label of the set" in noted
    assert not [mark for mark in MARKS if mark in str(noted)]


@pytest.mark.slow
def test_only_disagreements_and_the_report_keep_cells(told: Told) -> None:
    """For people who look: ids, labels and answers that differ, class and slice names, and what a
    model said of its failure, which may quote a row; nowhere else.
    """
    found = kept(told).values()
    assert any("idmark000007" in one.model_dump_json(include={"disagreements"}) for one in found)
    rest = "".join(one.model_dump_json(exclude=FOR_PEOPLE) for one in found)
    assert not [mark for mark in MARKS if mark in rest]
    assert ".40625" not in "".join(one.model_dump_json(exclude={"failures"}) for one in found)
    assert all(len(failure.words) <= 300 for one in found for failure in one.failures)


@pytest.mark.slow
def test_what_is_kept_of_a_set_expires(told: Told) -> None:
    """Every item with cells in it goes by itself."""
    found = [item for item in told.items() if item["sk"]["S"] == "QUALITY"]
    assert len(found) == len(EVALUATED) - len(NEVER_READ)
    assert all(
        int(item["expires_at"]["N"]) > told.stage.emulator.clock.now().timestamp() for item in found
    )


@pytest.mark.slow
def test_no_stack_trace_is_told(said: dict[str, str]) -> None:
    """A step that failed is told by its message; where it failed is for the function's own log."""
    assert "every label is the same on all" in said["messages"]
    assert not [
        place
        for place in ("messages", "table")
        if "stackTrace" in said[place] or "File " in said[place]
    ]
