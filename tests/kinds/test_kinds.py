"""Each example's spec, run by the real evaluator against its container over HTTP: better, equal and
worse canaries are told as what they are; and no mutation of the answers passes for what it is not.
"""

from pathlib import Path
from typing import Any

import pytest

from canary.domain.labelled.account import account_of
from canary.domain.labelled.evidence import QualityEvidence
from tests.kinds.containers import CONTAINERS
from tests.kinds.worlds import (
    SPECS,
    Endpoint,
    evaluated,
    mostly_right,
    numbers_of,
    shuffled,
    written_set,
)

GOOD, POOR = 0.95, 0.75
"""How often variants are right: the good one, and one that is worse but no work of chance, since
nothing is compared with a baseline that guesses.
"""
WITHOUT_A_SET = {"minimal"}


def variant(kind: str, share: float, seed: str = "one") -> Any:
    """Return a variant of a kind that is right on a share of the records."""
    return mostly_right(CONTAINERS[kind], share, seed)


def label_of(evidence: QualityEvidence) -> str:
    """Return the guard's finding once every record is accounted for."""
    account_of(evidence).checked()
    return evidence.label


def test_every_example_is_run() -> None:
    """A spec in examples/ has a container here, and a container a spec."""
    assert {path.stem for path in SPECS.glob("*.json")} - WITHOUT_A_SET == CONTAINERS.keys()


@pytest.mark.parametrize(
    ("canary", "baseline", "expected"),
    [(POOR, GOOD, "FAIL"), (GOOD, GOOD, "PASS"), (GOOD, POOR, "PASS")],
    ids=["worse", "equal", "better"],
)
@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_kind_is_judged_right(
    tmp_path: Path, kind: str, canary: float, baseline: float, expected: str
) -> None:
    """Over HTTP and boto3: a worse canary fails, an equal and a better one pass."""
    container = CONTAINERS[kind]
    endpoint = Endpoint(container, {"V1": variant(kind, baseline), "V2": variant(kind, canary)})
    with endpoint.over_http() as invoker:
        found = evaluated(kind, written_set(kind, tmp_path), invoker)
    assert label_of(found) == expected, [one.reason for one in found.findings]
    assert (found.counts.errors_baseline, found.counts.errors_canary) == (0, 0)
    assert found.counts.failed_on_both == 0


@pytest.mark.parametrize("kind", CONTAINERS)
def test_swapped_variants_swap_the_verdict(tmp_path: Path, kind: str) -> None:
    """What fails one way round is better the other way round."""
    path, answers = written_set(kind, tmp_path), []
    good, poor = variant(kind, GOOD), variant(kind, POOR)
    for baseline, canary in ((good, poor), (poor, good)):
        endpoint = Endpoint(CONTAINERS[kind], {"V1": baseline, "V2": canary})
        answers.append(evaluated(kind, path, endpoint))
    assert [label_of(one) for one in answers] == ["FAIL", "PASS"]
    assert "worse" in {one.answer for one in answers[0].findings}
    assert {one.answer for one in answers[1].findings} <= {"better", "not worse"}


@pytest.mark.parametrize("kind", CONTAINERS)
def test_shuffled_answers_never_pass(tmp_path: Path, kind: str) -> None:
    """A canary that gives every record another one's answer is no canary to promote."""
    container = CONTAINERS[kind]
    good = variant(kind, GOOD)
    endpoint = Endpoint(container, {"V1": good, "V2": shuffled(kind, good)})
    assert label_of(evaluated(kind, written_set(kind, tmp_path), endpoint)) == "FAIL"


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_container_is_never_right_by_mistake(kind: str) -> None:
    """The stand-ins do what they say: a mistaken answer is another one than the right one."""
    container = CONTAINERS[kind]
    assert len({str(label) for label in map(container.label, numbers_of(kind))}) > 1
    assert all(container.mistaken(label) != label for label in container.labels)
