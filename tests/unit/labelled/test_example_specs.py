"""Every spec in examples/ is valid, and the set, request and answer beside it fit together.

An answer names the source of its shape; `request` is what is sent of the set's first records (an
object with `npy` or `object` where it is no text), `decisions` what is read in the answer to it.
"""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.spec import read_spec
from canary.labelled.answers.read import read_answers
from canary.labelled.check import check_records
from canary.labelled.examples import read_example
from canary.labelled.label_names import label_names
from canary.labelled.meant import check_meant
from canary.labelled.records import RecordFile
from canary.labelled.requests import build_body
from tests.unit.labelled.readings import agree

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
SPECS = {path.stem: path for path in sorted((EXAMPLES / "specs").glob("*.json"))}
RECORDED = {path.stem: path for path in sorted((EXAMPLES / "answers").glob("*.json"))}


def guard_of(name: str) -> QualityGuardSpec:
    """Return the quality guard of an example."""
    found = read_spec(json.loads(SPECS[name].read_text("utf-8"))).guards.quality
    assert found is not None
    return found


def test_every_spec_is_valid_and_has_a_recorded_answer() -> None:
    """A spec to copy can be copied; the minimal one has no labelled set."""
    minimal = read_spec(json.loads(SPECS["minimal"].read_text("utf-8")))
    assert minimal.guards.quality is None
    assert SPECS.keys() - {"minimal"} == RECORDED.keys()


@pytest.mark.parametrize("name", RECORDED)
def test_a_stored_spec_means_what_the_given_one_does(tmp_path: Path, name: str) -> None:
    """The evaluator reads the spec back from the record: what was left out stays left out, and
    nothing is refused there that was accepted at the start.
    """
    recorded, guard = json.loads(RECORDED[name].read_text("utf-8")), guard_of(name)
    path = tmp_path / Path(guard.labelled_set).name
    path.write_text(recorded["set"])
    for kept in (guard, QualityGuardSpec.model_validate_json(guard.model_dump_json())):
        assert kept.model_fields_set == guard.model_fields_set
        with RecordFile(path, kept) as records:
            check_meant(kept, records)


@pytest.mark.parametrize("name", RECORDED)
def test_set_request_and_answer_fit_together(tmp_path: Path, name: str) -> None:
    """The first request is what the model takes, and its answer is read into the right
    decisions.
    """
    recorded, guard = json.loads(RECORDED[name].read_text("utf-8")), guard_of(name)
    path = tmp_path / Path(guard.labelled_set).name
    path.write_text(recorded["set"])
    with RecordFile(path, guard) as records:
        check_records(records, guard, whole=True)
        rows = range(min(guard.records_per_request, len(records)))
        examples = tuple(read_example(records.row(index), records.layout, guard) for index in rows)
        built = build_body(examples, records.layout, guard, lambda address: address.encode())
        labels = label_names(records, guard)
    assert sent(built, recorded["request"]) == recorded["request"]
    told, form = recorded["answer"].encode(), recorded["content_type"]
    contract, known = agree(guard, [told], None, form, len(examples), sorted(labels))
    found = read_answers(told, form, len(examples), contract.canary, known)
    assert [one.decision for one in found if isinstance(one, Prediction)] == recorded["decisions"]


def sent(body: bytes, recorded: Any) -> Any:
    """Return a body in the form in which requests are recorded."""
    if isinstance(recorded, dict) and "npy" in recorded:
        return {"npy": np.load(io.BytesIO(body)).tolist()}
    if isinstance(recorded, dict) and "object" in recorded:
        return {"object": body.decode()}
    return body.decode() if isinstance(recorded, str) else json.loads(body)
