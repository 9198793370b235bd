"""A batch of records scored by a scorer of one's own, patiently and side by side.

Rules: an error (no prediction) scores 0 without being asked about; a scorer that is busy is asked
again with growing pauses; one that fails fails the batch, in words.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from canary.domain.errors import Refused
from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.prediction import Prediction
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.answers.patience import PAUSES_SECONDS
from canary.flow.labelled.inputs import EvaluationPorts
from canary.labelled.examples import Example
from canary.labelled.layout import Layout
from canary.labelled.own_scores import ScorerFailed, canary_first, items_of
from canary.ports.quality import OwnScorer, ScorerBusy

MOST_AT_ONCE = 8


@dataclass(frozen=True)
class OwnScores:
    """Scores records of one set."""

    scorer: OwnScorer
    spec: QualityGuardSpec
    layout: Layout
    sleep: Callable[[float], None]

    def scored(self, records: Sequence[tuple[Example, AnswerPair]]) -> list[AnswerPair]:
        """Return the pairs with both answers' scores; raise ScorerFailed when there are none."""
        asked = [_answers(example, pair) for example, pair in records]
        items = [
            item
            for (example, _), answers in zip(records, asked, strict=True)
            for item in items_of(example, answers, self.layout, self.spec)
        ]
        scores = iter(self._ask(items))
        return [
            pair._replace(scores=_by_side(pair, [(one, next(scores)) for one in answers]))
            for (_, pair), answers in zip(records, asked, strict=True)
        ]

    def _ask(self, items: list[dict[str, Any]]) -> list[float]:
        size = self.spec.scorer_batch
        batches = [items[start : start + size] for start in range(0, len(items), size)]
        at_once = min(self.spec.concurrency, MOST_AT_ONCE, len(batches))
        if at_once < 2:
            return [score for batch in batches for score in self._patiently(batch)]
        with ThreadPoolExecutor(at_once, thread_name_prefix="score") as pool:
            return [score for scores in pool.map(self._patiently, batches) for score in scores]

    def _patiently(self, batch: list[dict[str, Any]]) -> Sequence[float]:
        why = ""
        for pause in (0.0, *PAUSES_SECONDS):
            self.sleep(pause)
            try:
                return self.scorer.score(batch)
            except ScorerBusy as error:
                why = str(error)
        raise ScorerFailed(f"the scorer stayed busy ({why})")


def own_scores_of(
    spec: QualityGuardSpec, ports: EvaluationPorts, layout: Layout
) -> OwnScores | None:
    """Return what scores records where the spec names a scorer; raise Refused where none can be
    asked.
    """
    if spec.scorer is None:
        return None
    if ports.own_scorer is None:
        raise Refused("guards.quality.scorer", "cannot be asked here", "Name a Lambda's ARN")
    return OwnScores(ports.own_scorer, spec, layout, ports.sleep)


def _answers(example: Example, pair: AnswerPair) -> tuple[Prediction, ...]:
    """Return the different answers to a record, in an order that tells nobody whose they are."""
    found = [one for one in (pair.baseline, pair.canary) if one is not None]
    if len(found) == 2 and found[0] == found[1]:
        return (found[0],)
    return tuple(reversed(found)) if canary_first(example.record_id) else tuple(found)


def _by_side(pair: AnswerPair, scored: Sequence[tuple[Prediction, float]]) -> tuple[float, float]:
    """Return the scores of baseline and canary; an error has none and counts 0."""
    first, second = (
        next((score for one, score in scored if one == side), 0.0)
        for side in (pair.baseline, pair.canary)
    )
    return first, second
