"""Texts that are no Unicode, in a set or an answer: never what ends an evaluation."""

import json
from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.evaluate import evaluate
from canary.ports.quality import Reply
from tests.unit.quality.variants import Answerer, RuleInvoker, SleptClock, World

HALF = "\\ud800"


def evidence_of(path: Path, rule: Answerer, **spec: Any) -> QualityEvidence:
    """Return the evidence as it is stored and read again."""
    clock = SleptClock()
    guard = QualityGuardSpec(labelled_set=str(path), max_requests_per_second=1_000.0, **spec)
    here = World(guard, RuleInvoker(rule, clock), clock)
    evaluate(here.request(), here.ports())
    assert here.store.kept is not None
    return here.store.kept


def test_a_name_of_a_record_that_is_no_unicode(tmp_path: Path) -> None:
    """Shown with a question mark."""
    path = tmp_path / "set.jsonl"
    rows = [f'{{"y": {n % 2}, "x": {n}, "id": "{HALF}{n}"}}' for n in range(100)]
    path.write_text("\n".join(rows))

    def rule(variant: str, body: str) -> str:
        return str(int(body) % 2) if variant == "old" else "0"

    found = evidence_of(
        path, rule, label_column="y", id_column="id", content_type="text/csv", concurrency=1
    )
    assert found.label == "FAIL"
    assert found.disagreements[0].record.startswith("?")


@pytest.mark.parametrize("wrong", ["new", "old"])
def test_a_text_that_is_no_unicode(tmp_path: Path, wrong: str) -> None:
    """An answer as any other, which is not the right one."""
    path = tmp_path / "set.csv"
    path.write_text("".join(f"{'ab'[n % 2]},{n}\n" for n in range(100)))

    def rule(variant: str, body: str) -> Reply:
        half = variant == wrong and int(body) % 3 == 0
        text = f'"{HALF}"' if half else json.dumps("ab"[int(body) % 2])
        return Reply(f'{{"generated_text": {text}}}'.encode(), "application/json", variant)

    found = evidence_of(path, rule, task="text", metrics={"exact": {"max_worse": 0.05}})
    assert (found.label == "FAIL") is (wrong == "new")
    shown = found.disagreements[0]
    assert "?" in (shown.canary if wrong == "new" else shown.baseline)
