"""One walk through a labelled set's records in their seeded order, from where the last call stopped.

A round is the whole set, or after new labels arrived the records that are new.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from canary.domain.paired import Outcome, first_states
from canary.domain.quality_evidence import QualityEvidence
from canary.flow.asking import Answered, Asker, Failed, RateCeiling, ask_in_order
from canary.flow.columns import Columns
from canary.flow.evaluation import EvaluationPorts, EvaluationRequest
from canary.flow.gathering import Gathering
from canary.flow.kept import kept_predictions
from canary.labelled.examples import Example, read_example
from canary.labelled.order import seeded_order
from canary.labelled.records import RecordFile, UnusableRow

RESERVE_SECONDS = 20.0
"""Time kept back for the calls under way, the report and the save."""


@dataclass(frozen=True)
class Group:
    """The rows of one request: those to ask about, those that cannot be used, and the position behind them."""

    examples: tuple[Example, ...]
    unusable: tuple[tuple[int, str], ...]
    end: int


def first_evidence(request: EvaluationRequest, set_version: str, records: RecordFile) -> QualityEvidence:
    """Return the evidence before the first record; revision 0 says that nothing is stored."""
    return QualityEvidence(
        rollout=request.rollout,
        endpoint=request.endpoint,
        baseline=request.baseline,
        canary=request.canary,
        labelled_set=request.spec.labelled_set,
        set_version=set_version,
        kept_as=set_version,
        content_digest=records.digest(len(records)),
        records_total=len(records),
        states=first_states(request.spec),
    )


class Round:
    """The records still to take, and what takes them."""

    def __init__(
        self, request: EvaluationRequest, ports: EvaluationPorts, records: RecordFile, evidence: QualityEvidence
    ) -> None:
        """Go on from the evidence: the same set version, order and position."""
        self._request, self._ports, self._records = request, ports, records
        self._first = evidence.first_record
        self._kept = kept_predictions(request, ports, evidence.kept_as or evidence.set_version, len(records))
        self._order = seeded_order(evidence.records_total - self._first, request.rollout)
        self._gathering = Gathering(request, ports, evidence, self._columns_before(evidence.position))

    def walk(self) -> QualityEvidence:
        """Return the evidence once the tests decide, the records end or time runs short."""
        gathering = self._gathering
        if not gathering.may_stop():
            self._ask(gathering)
        for problem in {kept.problem for kept in self._kept if kept.problem}:
            gathering.note("predictions", problem)
        gathering.finish()
        return gathering.evidence

    def _ask(self, gathering: Gathering) -> None:
        """Ask until the tests decide, the records end or time runs short; look and keep whatever ends it."""
        asker = self._asker()

        def ask(group: Group) -> tuple[Group, list[Answered]]:
            return group, asker.ask(group.examples) if group.examples else []

        answers = ask_in_order(ask, self._groups(gathering.evidence.position), self._request.spec.concurrency)
        try:
            for group, answered in answers:
                self._keep(answered)
                gathering.add(answered, group.unusable, group.end)
                if gathering.due():
                    gathering.look()
                    if gathering.may_stop():
                        break
                if self._ports.remaining_seconds() < RESERVE_SECONDS:
                    break
        finally:
            answers.close()
            for kept in self._kept:
                kept.flush()
            gathering.look()

    def _asker(self) -> Asker:
        request, ports = self._request, self._ports
        ceiling = RateCeiling(request.spec.max_requests_per_second, ports.monotonic, ports.sleep)
        return Asker(
            ports.invoker, request.endpoint, request.baseline, request.canary, request.spec, self._records.layout,
            ceiling, ports.sleep, self._kept[0].known, self._kept[1].known,
        )  # fmt: skip

    def _keep(self, answered: list[Answered]) -> None:
        for one in answered:
            for kept, told in zip(self._kept, (one.baseline, one.canary), strict=True):
                if not isinstance(told, Failed):
                    kept.keep(one.example.row, one.example.label, told)

    def _columns_before(self, position: int) -> Columns:
        """Return the predictions that the evidence so far rests on, as far as they were kept; errors never are."""
        columns = Columns(self._request.spec)
        taken = (self._first + self._order[place] for place in range(position))
        for index in chain(range(self._first), taken):
            try:
                example = self._example(index)
            except UnusableRow:
                continue
            baseline, canary = self._kept[0].known(example.row), self._kept[1].known(example.row)
            if baseline is not None or canary is not None:
                columns.add(Outcome(example.label, baseline, canary), example.slice)
        return columns

    def _example(self, index: int) -> Example:
        return read_example(self._records.row(index), self._records.layout, self._request.spec)

    def _groups(self, position: int) -> Iterator[Group]:
        """Return the requests still to send, in the round's order."""
        examples: list[Example] = []
        unusable: list[tuple[int, str]] = []
        for place in range(position, len(self._order)):
            try:
                examples.append(self._example(self._first + self._order[place]))
            except UnusableRow as error:
                unusable.append((self._first + self._order[place] + 1, str(error)))
            if len(examples) == self._request.spec.records_per_request or place == len(self._order) - 1:
                yield Group(tuple(examples), tuple(unusable), place + 1)
                examples, unusable = [], []
