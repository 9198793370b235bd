"""Predictions kept between calls: nothing is paid for twice, and a continuation's report covers
everything.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.evaluate import evaluate
from canary.flow.labelled.inputs import EvaluationPorts
from canary.ports.quality import CallFailed, KeptPrediction
from canary_scoring.scorer import SklearnScorer
from tests.unit.quality.variants import MemoryStore, World, world


class MemoryPredictions:
    """Parts of predictions in memory."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, str], list[KeptPrediction]] = {}
        self.read: list[str] = []

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterable[KeptPrediction]:
        """Return all predictions under the key but those of parts that are skipped."""
        for (kept, name), part in list(self.parts.items()):
            if kept == key and not skips(name):
                self.read.append(name)
                yield from part

    def append(self, key: str, part: str, predictions: Sequence[KeptPrediction]) -> None:
        """Keep one part."""
        self.parts[key, part] = list(predictions)


class Named:
    """Models known by a name that a test may change."""

    def __init__(self, **names: str) -> None:
        self.names = names

    def identify(self, endpoint: str, variant: str) -> str | None:
        """Return the model's name."""
        return self.names.get(variant)


WRONG = {"new": {3, 11, 200}, "old": {4, 90}}


def ports(here: World, kept: MemoryPredictions, models: Named) -> EvaluationPorts:
    """Return the world's ports with predictions kept."""
    return replace(here.ports(), predictions=kept, identity=models, scorer=SklearnScorer())


def run(
    here: World,
    kept: MemoryPredictions,
    models: Named,
    rollout: str = "churn-1",
    *,
    stop_early: bool = True,
) -> QualityEvidence:
    """Return the evidence of a whole evaluation under one rollout id."""
    here.store = MemoryStore()
    request = here.request(rollout=rollout, stop_early=stop_early)
    while not (evidence := evaluate(request, ports(here, kept, models))).concluded:
        pass
    return evidence


def test_a_second_rollout_pays_for_nothing_it_knows(tmp_path: Path) -> None:
    """The same set and models again: not one call, the same counts, no minute of own traffic."""
    here, kept, models = (
        world(tmp_path, WRONG, count=300),
        MemoryPredictions(),
        Named(old="m1", new="m2"),
    )
    first = run(here, kept, models)
    paid = len(here.invoker.calls)
    second = run(here, kept, models, rollout="churn-2")
    assert (paid, len(here.invoker.calls)) == (600, 600)
    assert (second.counts, second.label, second.called_minutes) == (first.counts, first.label, ())
    assert second.states[0].baseline_only == first.states[0].baseline_only


def test_another_canary_pays_for_the_canary_alone(tmp_path: Path) -> None:
    """A new model behind the canary is asked anew; of the baseline's predictions all are reused
    but those of the probe, which looks at both.
    """
    here, kept = world(tmp_path, WRONG, count=300), MemoryPredictions()
    run(here, kept, Named(old="m1", new="m2"))
    here.invoker.calls.clear()
    run(here, kept, Named(old="m1", new="m3"), rollout="churn-2")
    asked = Counter(variant for variant, _, _ in here.invoker.calls)
    assert asked == {"new": 300, "old": 20}


@pytest.mark.parametrize(
    "change", [{"threshold": 0.7}, {"accept": "application/json"}, {"label_column": -2}]
)
def test_another_question_is_asked_anew(tmp_path: Path, change: dict[str, Any]) -> None:
    """Whatever shapes request or answer is part of the key."""
    here, kept, models = (
        world(tmp_path, WRONG, count=100),
        MemoryPredictions(),
        Named(old="m1", new="m2"),
    )
    run(here, kept, models)
    here.invoker.calls.clear()
    here.spec = here.spec.but(**change)
    run(here, kept, models, rollout="churn-2")
    assert len(here.invoker.calls) == 200


def test_unknown_models_are_never_reused(tmp_path: Path) -> None:
    """Where the model cannot be told, predictions serve the rollout's own continuation alone."""
    here, kept = world(tmp_path, WRONG, count=100), MemoryPredictions()
    run(here, kept, Named())
    run(here, kept, Named(), rollout="churn-2")
    assert len(here.invoker.calls) == 400


def test_a_continuation_reports_on_every_record(tmp_path: Path) -> None:
    """Cut into many calls, the report and the AUC's finding are those of one long call."""
    spec: dict[str, Any] = {
        "metrics": {"roc_auc": {"max_worse": 0.05}},
        "answer": {"score": "@", "score_of": "positive"},
    }
    models = Named(old="m1", new="m2")
    whole = run(
        world(tmp_path, WRONG, count=600, **spec), MemoryPredictions(), models, stop_early=False
    )
    here = world(tmp_path, WRONG, count=600, **spec)
    here.invoker.seconds_a_call, here.limit_seconds = 0.5, 100.0
    cut = run(here, MemoryPredictions(), models, stop_early=False)
    assert cut.revision > whole.revision
    assert cut.report == whole.report
    assert cut.findings[0].records == whole.findings[0].records == 600


def test_errors_are_not_kept(tmp_path: Path) -> None:
    """A record that failed is asked again by the next rollout: the error may have passed."""
    down = {"now": True}

    def rule(variant: str, body: str) -> str | CallFailed:
        failed = down["now"] and variant == "new" and int(body) == 7
        return CallFailed("model_error", "500") if failed else str(int(body) % 2)

    here, kept, models = (
        world(tmp_path, {}, count=60, rule=rule),
        MemoryPredictions(),
        Named(old="m1", new="m2"),
    )
    assert run(here, kept, models).counts.errors_canary == 1
    here.invoker.calls.clear()
    down["now"] = False
    assert run(here, kept, models, rollout="churn-2").counts.errors_canary == 0
    assert [(variant, body) for variant, body, _ in here.invoker.calls] == [("new", "7")]


class Broken(MemoryPredictions):
    """A store that can be read or written no more."""

    def __init__(self, fails: str) -> None:
        super().__init__()
        self._fails = fails

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterable[KeptPrediction]:
        """Refuse, if reading fails."""
        if self._fails == "load":
            raise AwsDenied("GetObject: AccessDenied")
        return super().load(key, skips)

    def append(self, key: str, part: str, predictions: Sequence[KeptPrediction]) -> None:
        """Refuse, if writing fails."""
        raise AwsUnavailable("PutObject: SlowDown")


@pytest.mark.parametrize("fails", ["load", "append"])
def test_a_store_that_fails_costs_money_and_no_evidence(tmp_path: Path, fails: str) -> None:
    """The evaluation goes on without it, and says so."""
    here = world(tmp_path, WRONG, count=300)
    evidence = run(here, Broken(fails), Named(old="m1", new="m2"))
    assert (evidence.counts.used, evidence.concluded) == (300, True)
    assert any(note.kind == "predictions" for note in evidence.notes)
