"""The places of a round's seeded order: the requests behind them, their answers, and what is kept
of those.
"""

import contextlib
import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from canary.domain.labelled.by_request.paired_ratio import ratio_margins
from canary.domain.labelled.evidence import QualityEvidence
from canary.flow.labelled.answers.answered import Answered
from canary.flow.labelled.answers.asking import Asker, Outcome, RateCeiling, ask_in_order
from canary.flow.labelled.answers.calls import fetch_from, options_of
from canary.flow.labelled.answers.kept_predictions import KeptPredictions, kept_predictions
from canary.flow.labelled.answers.patience import Body, PatientCalls
from canary.flow.labelled.answers.prediction_file import Told
from canary.flow.labelled.inputs import EvaluationPorts, EvaluationRequest
from canary.labelled.answers.names import known_labels
from canary.labelled.examples import Example, ExampleReader
from canary.labelled.order import seeded_order
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.requests import BodyTooLarge, Fetch, Unsendable, build_body


@dataclass(frozen=True)
class Group:
    """The rows of one request: those to ask about, those that cannot be used, and the position
    behind them.
    """

    examples: tuple[Example, ...]
    unusable: tuple[tuple[int, str], ...]
    end: int


def ceiling_of(request: EvaluationRequest, ports: EvaluationPorts) -> RateCeiling:
    """Return the ceiling of one call's requests."""
    return RateCeiling(request.spec.max_requests_per_second, ports.monotonic, ports.sleep)


class OrderedRecords:
    """One round's records by their place in its order, and what is known of them; close it when
    done.
    """

    def __init__(
        self,
        request: EvaluationRequest,
        ports: EvaluationPorts,
        records: RecordFile,
        evidence: QualityEvidence,
        heard: Mapping[int, tuple[Outcome, Outcome]] | None = None,
        ceiling: RateCeiling | None = None,
        places: range | None = None,
    ) -> None:
        """Take the round the evidence speaks of: the same set version and order; `heard` is what
        the variants answered for the probe, by the position behind each of its requests. One
        shard's `places` are all that it asks about.
        """
        self._places = places
        self._request, self._ports, self._records = request, ports, records
        self._ceiling = ceiling or ceiling_of(request, ports)
        self._evidence, self._heard = evidence, heard or {}
        self._first = evidence.first_record
        self._reader = ExampleReader(records.layout, request.spec)
        self._order = seeded_order(evidence.round_records, request.rollout)

    @cached_property
    def kept(self) -> tuple[KeptPredictions, KeptPredictions]:
        """What is known of earlier calls, of baseline and canary."""
        records, evidence = len(self._records), self._evidence
        return kept_predictions(self._request, self._ports, evidence, records, self._places)

    def __len__(self) -> int:
        """Return how many records the round has."""
        return len(self._order)

    def taken_before(self, position: int) -> Iterator[Example]:
        """Return the usable records of earlier rounds, then of this one up to a place."""
        yield from self._usable(range(self._first))
        yield from self._usable(self._first + self._order[place] for place in range(position))

    def _usable(self, numbers: Iterator[int] | range) -> Iterator[Example]:
        for number in numbers:
            try:
                yield self._example(number)
            except UnusableRow:
                continue

    def answers(self, start: int, end: int) -> Generator[tuple[Group, list[Answered]], None, None]:
        """Return the answers of the requests from one place to another, in order, keeping them as
        they come.
        """
        asker, late = self.asker(), list[tuple[Group, list[Answered]]]()

        # Records are read by the threads that ask: each read lets go of the interpreter's lock, and
        # the one thread that gathers would wait for it ten times a request.
        def ask(places: range) -> tuple[Group, list[Answered]]:
            group = self._group(places)
            if not group.examples:
                return group, []
            if group.end in self._heard:
                return group, asker.read(group.examples, self._heard[group.end])
            first = _canary_first(self._request.rollout, group.end)
            return group, asker.ask(group.examples, canary_first=first)

        requests = self._requests(start, end)
        answers = ask_in_order(ask, requests, self._request.spec.concurrency, late)
        try:
            for group, answered in answers:
                self._keep(answered)
                yield group, answered
        finally:
            answers.close()
            for _, answered in late:
                self._keep(answered)
            for kept in self.kept:
                kept.flush()

    def hear(
        self, start: int, records: int, may_go_on: Callable[[], bool]
    ) -> list[tuple[Group, tuple[Outcome, Outcome]]]:
        """Return what both variants answer to the requests of so many records from a place on,
        unread; fewer where going on is not allowed any more.
        """
        asker = self.asker()

        def ask(group: Group) -> tuple[Group, tuple[Outcome, Outcome]]:
            first = _canary_first(self._request.rollout, group.end)
            return group, asker.hear(group.examples, canary_first=first)

        def groups() -> Iterator[Group]:
            asked = 0
            for group in map(self._group, self._requests(start, len(self))):
                if asked >= records or not may_go_on():
                    return
                asked += len(group.examples)
                if group.examples:
                    yield group

        return list(ask_in_order(ask, groups(), self._request.spec.concurrency, []))

    @property
    def problems(self) -> set[str]:
        """Return why predictions are not kept, where they are not."""
        return {kept.problem for kept in self.kept if kept.problem}

    def close(self) -> None:
        """Give the disk back, where any was taken."""
        for kept in vars(self).get("kept", ()):
            kept.close()

    def asker(self) -> Asker:
        """Return what asks both variants, by the evidence's contract."""
        request, ports = self._request, self._ports
        fetch = fetch_from(ports.source, request.spec)
        calls = PatientCalls(
            ports.invoker,
            request.endpoint,
            request.spec.content_type,
            self._ceiling.wait,
            ports.sleep,
            ports.monotonic,
            lambda: self._witnesses(fetch),
        )
        return Asker(
            calls,
            request.rollout,
            request.baseline,
            request.canary,
            request.spec,
            self._records.layout,
            fetch,
            self._known(0),
            self._known(1),
            self._evidence.contract,
            known_labels(request.spec, self._labels),
        )

    def _witnesses(self, fetch: Fetch) -> Iterator[Body]:
        """Return the requests of the order's first and last places, for a variant that has answered
        none yet; where they have several records, each one's first record alone as well.
        """
        spec, layout = self._request.spec, self._records.layout
        size = spec.records_per_request
        for start in (0, size, max(0, len(self) - size)):
            for group in map(self._group, self._requests(start, min(start + size, len(self)))):
                for examples in dict.fromkeys((group.examples[:1], group.examples)):
                    if not examples:
                        continue
                    with contextlib.suppress(BodyTooLarge, Unsendable):
                        body = build_body(examples, layout, spec, fetch)
                        yield body, options_of(spec, self._request.rollout, examples[0].row)

    @property
    def _labels(self) -> tuple[str, ...]:
        contract = self._evidence.contract
        return () if contract is None else contract.labels

    def _known(self, side: int) -> Callable[[int], Told | None]:
        """Return what is known without a call, loaded once it is looked up; where times decide,
        failures alone: an answer kept from another day tells no time.
        """
        timed = bool(ratio_margins(self._request.spec))

        def known(row: int) -> Told | None:
            kept = self.kept[side]
            return kept.failed(row) if timed else kept.known(row)

        return known

    def _keep(self, answered: list[Answered]) -> None:
        if self._ports.predictions is None or not answered:
            return
        # A request that a variant failed as a whole is asked again: kept answers would hide it.
        baseline, canary = answered[0].broken
        for one in answered:
            if baseline is None:
                self.kept[0].keep(one.example.row, one.example.label, one.baseline)
            if canary is None:
                self.kept[1].keep(one.example.row, one.example.label, one.canary)

    def _example(self, number: int) -> Example:
        return self._reader.read(self._records.row(number))

    def _requests(self, start: int, end: int) -> Iterator[range]:
        """Return the places of each request from one place to another."""
        size = self._request.spec.records_per_request
        return (range(at, min(at + size, end)) for at in range(start, end, size))

    def _group(self, places: range) -> Group:
        """Return what a request asks of these places of the order."""
        examples: list[Example] = []
        unusable: list[tuple[int, str]] = []
        for place in places:
            number = self._first + self._order[place]
            try:
                examples.append(self._example(number))
            except UnusableRow as error:
                unusable.append((number + 1, str(error)))
        return Group(tuple(examples), tuple(unusable), places.stop)


def _canary_first(rollout: str, end: int) -> bool:
    """Return a fair coin for a request, always the same: what the second call gains from the first
    (a warm cache) goes to both variants alike.
    """
    return bool(hashlib.blake2b(f"{rollout} {end}".encode(), digest_size=1).digest()[0] & 1)
