"""Asking both variants about the same records, carefully: a rate ceiling, bounded concurrency,
back-off.

Rules: answers come back in the order of the questions, however many are under way; with a
concurrency of one nothing leaves the calling thread. Busy answers are asked again with growing
pauses; failures of the model are evidence and are not. A call's time is that of the attempt that
was answered, without ceiling and pauses. Time and sleep are passed in.
"""

import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

from canary.domain.errors import AwsUnavailable, Refused
from canary.domain.labelled.side_by_side import Call
from canary.domain.plan.quality import QualityGuardSpec
from canary.flow.labelled.calls import options_of
from canary.flow.labelled.prediction_file import Failed, Told
from canary.labelled.answers import read_answers
from canary.labelled.examples import Example
from canary.labelled.layout import Layout
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.requests import BodyTooLarge, Fetch, Unsendable, build_body
from canary.labelled.usage import tokens_in
from canary.ports.quality import CallBusy, CallFailed, CallOptions, Invoker, Reply

Asked = TypeVar("Asked")
Got = TypeVar("Got")

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
"""The pauses between attempts while a variant is busy: half a minute in all, then the evaluation is
left for later.
"""


@dataclass(frozen=True)
class Answered:
    """One record with what each variant told about it; `asked` is false when both were known
    without a call.

    `calls`: what baseline's and canary's answers cost, with the first record of a request that
    both answered.
    """

    example: Example
    baseline: Told
    canary: Told
    asked: bool = True
    calls: tuple[Call, Call] | None = None


class RateCeiling:
    """Spaces calls evenly so that no more than `per_second` start in any second; shared by all
    threads.
    """

    def __init__(
        self, per_second: float, monotonic: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        """Start with the first call allowed at once."""
        self._gap = 1 / per_second
        self._monotonic, self._sleep = monotonic, sleep
        self._lock = threading.Lock()
        self._next = monotonic()

    def wait(self) -> None:
        """Return when one more call may start."""
        with self._lock:
            now = self._monotonic()
            start = max(self._next, now)
            self._next = start + self._gap
        if start > now:
            self._sleep(start - now)


@dataclass(frozen=True)
class Asker:
    """Asks one endpoint's two variants; `ceiling` counts the calls to both."""

    invoker: Invoker
    rollout: str
    endpoint: str
    baseline: str
    canary: str
    spec: QualityGuardSpec
    layout: Layout
    fetch: Fetch
    ceiling: RateCeiling
    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    known_baseline: Callable[[int], Told | None]
    known_canary: Callable[[int], Told | None]

    def ask(self, examples: tuple[Example, ...], *, canary_first: bool = False) -> list[Answered]:
        """Return both variants' answers for the examples of one request, in order; what is known is
        not asked.
        """
        told = [_all_known(kept, examples) for kept in (self.known_baseline, self.known_canary)]
        if told[0] is not None and told[1] is not None:
            return _joined(examples, told[0], told[1], asked=False)
        try:
            body = build_body(examples, self.layout, self.spec, self.fetch)
        except (BodyTooLarge, Unsendable) as error:
            failed: list[Told] = [Failed(str(error))] * len(examples)
            return _joined(examples, failed, failed)
        options = options_of(self.spec, self.rollout, examples[0].row)
        calls: list[Call | None] = [None, None]
        for side in (1, 0) if canary_first else (0, 1):
            if told[side] is None:
                variant = (self.baseline, self.canary)[side]
                told[side], calls[side] = self._told(variant, body, options, len(examples))
        return _joined(examples, told[0] or [], told[1] or [], calls=calls)

    def _told(
        self, variant: str, body: bytes, options: CallOptions, count: int
    ) -> tuple[list[Told], Call | None]:
        outcome, seconds = self._patiently(variant, body, options)
        if isinstance(outcome, CallFailed):
            return [Failed(f"{outcome.kind.replace('_', ' ')}: {outcome.text}")] * count, None
        if outcome.invoked_variant != variant:
            problem = (
                f"asked variant {variant!r} and "
                f"{outcome.invoked_variant or 'an unnamed variant'!r} answered"
            )
            raise Refused("endpoint", problem, "Use an endpoint that honours TargetVariant")
        call = Call(seconds * 1_000, len(outcome.body), tokens_in(outcome.body))
        try:
            read = read_answers(outcome.body, outcome.content_type, count, self.spec)
        except UnreadableAnswer as error:
            return [Failed(f"unreadable answer: {error}")] * count, call
        return [
            Failed(f"unreadable answer: {r}") if isinstance(r, UnreadableAnswer) else r
            for r in read
        ], call

    def _patiently(
        self, variant: str, body: bytes, options: CallOptions
    ) -> tuple[Reply | CallFailed, float]:
        """Return what the variant answered once it was not busy, and the seconds that call took;
        raise AwsUnavailable when patience ends.
        """
        busy: CallBusy | None = None
        for pause in (0.0, *PAUSES_SECONDS):
            if busy is not None:
                self.sleep(pause)
            self.ceiling.wait()
            started = self.monotonic()
            outcome = self.invoker.invoke(
                self.endpoint, variant, body, self.spec.content_type, options
            )
            if not isinstance(outcome, CallBusy):
                return outcome, self.monotonic() - started
            busy = outcome
        why = f"{busy.kind}: {busy.text}" if busy else "never asked"
        raise AwsUnavailable(f"variant {variant} of {self.endpoint} stayed busy ({why})")


def _all_known(
    known: Callable[[int], Told | None], examples: tuple[Example, ...]
) -> list[Told] | None:
    found = [known(example.row) for example in examples]
    return (
        [one for one in found if one is not None] if all(one is not None for one in found) else None
    )


def _joined(
    examples: tuple[Example, ...],
    baseline: list[Told],
    canary: list[Told],
    *,
    asked: bool = True,
    calls: Sequence[Call | None] = (None, None),
) -> list[Answered]:
    joined = [Answered(e, b, c, asked) for e, b, c in zip(examples, baseline, canary, strict=True)]
    one, other = calls
    if joined and one is not None and other is not None:
        joined[0] = replace(joined[0], calls=(one, other))
    return joined


def ask_in_order(
    ask: Callable[[Asked], Got], groups: Iterable[Asked], concurrency: int, late: list[Got]
) -> Generator[Got, None, None]:
    """Return the answers group by group in order, with up to `concurrency` groups under way; close
    it to stop early.

    What was under way when it was closed is waited for and put into `late`.
    """
    if concurrency == 1:
        yield from map(ask, groups)
        return
    with ThreadPoolExecutor(concurrency, thread_name_prefix="evaluate") as pool:
        under_way: deque[Future[Got]] = deque()
        try:
            for group in groups:
                under_way.append(pool.submit(ask, group))
                if len(under_way) >= 2 * concurrency:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            running = [future for future in under_way if not future.cancel()]
            late.extend(future.result() for future in running if future.exception() is None)
