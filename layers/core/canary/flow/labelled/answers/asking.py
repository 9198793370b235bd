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
from dataclasses import dataclass, field
from typing import TypeVar

from canary.domain.errors import Refused
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.plausibility.counts import UNREADABLE
from canary.domain.labelled.side_by_side import Call
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.answers.answered import Answered, Side, joined
from canary.flow.labelled.answers.apart import Apart
from canary.flow.labelled.answers.calls import options_of
from canary.flow.labelled.answers.patience import PatientCalls
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.labelled.answers.errors import ErrorAnswer
from canary.labelled.answers.names import KnownLabels
from canary.labelled.answers.read import read_answers
from canary.labelled.examples import Example
from canary.labelled.layout import Layout
from canary.labelled.numbers import UnreadableAnswer
from canary.labelled.requests import BodyTooLarge, Fetch, Unsendable, build_body
from canary.labelled.usage import tokens_in
from canary.ports.quality import CallFailed, CallOptions, Reply

Asked = TypeVar("Asked")
Got = TypeVar("Got")


@dataclass(frozen=True)
class Outcome:
    """What one call came to, before its answer is read, and what it cost."""

    reply: Reply | Failed
    call: Call | None = None


_UNASKED = Outcome(Failed("not asked"))
_ROLES: tuple[Role, Role] = ("baseline", "canary")

LONGEST_WORDS = 300
"""How much of what a model said is kept for the report."""


def words_of(body: bytes) -> str:
    """Return the beginning of an answer as text."""
    text = " ".join(body[: 4 * LONGEST_WORDS].decode("utf-8", "replace").split())
    return "".join(one if one.isprintable() else "?" for one in text)[:LONGEST_WORDS]


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
    """Asks one endpoint's two variants."""

    calls: PatientCalls
    rollout: str
    baseline: str
    canary: str
    spec: QualityGuardSpec
    layout: Layout
    fetch: Fetch
    known_baseline: Callable[[int], Told | None]
    known_canary: Callable[[int], Told | None]
    contract: AnswerContract | None
    known: KnownLabels
    apart: Apart = field(default_factory=Apart)

    def ask(self, examples: tuple[Example, ...], *, canary_first: bool = False) -> list[Answered]:
        """Return both variants' answers for the examples of one request, in order; what is known is
        not asked.
        """
        told = [_all_known(kept, examples) for kept in (self.known_baseline, self.known_canary)]
        if told[0] is not None and told[1] is not None:
            return joined(examples, Side(told[0]), Side(told[1]), asked=False)
        heard = self._heard(examples, canary_first, asked=[one is None for one in told])
        return self.read(examples, heard, told)

    def hear(
        self, examples: tuple[Example, ...], *, canary_first: bool = False
    ) -> tuple[Outcome, Outcome]:
        """Return what baseline and canary answered for the examples of one request, unread."""
        return self._heard(examples, canary_first, asked=[True, True])

    def read(
        self,
        examples: tuple[Example, ...],
        heard: tuple[Outcome, Outcome],
        told: Sequence[list[Told] | None] = (None, None),
    ) -> list[Answered]:
        """Return what was heard, read by the contract, beside what was known."""
        sides = [
            self._side(examples, outcome, role) if known is None else Side(known)
            for outcome, role, known in zip(heard, _ROLES, told, strict=True)
        ]
        return joined(examples, sides[0], sides[1], calls=[one.call for one in heard])

    def _side(self, examples: tuple[Example, ...], outcome: Outcome, role: Role) -> Side:
        """Return what one variant told about the records of one request."""
        told = self.told_in(outcome.reply, role, len(examples))
        if len(examples) < 2 or self.contract is None:
            return Side(told)
        return self.apart.mended(role, examples, told, lambda one: self.told_by(role, (one,))[0])

    def told_by(self, role: Role, examples: tuple[Example, ...]) -> list[Told]:
        """Return what one variant tells about the records of one request, asked now."""
        side = _ROLES.index(role)
        heard = self._heard(examples, canary_first=False, asked=[side == 0, side == 1])
        return self.told_in(heard[side].reply, role, len(examples))

    def _heard(
        self,
        examples: tuple[Example, ...],
        canary_first: bool,  # noqa: FBT001 - passed on as it came
        *,
        asked: Sequence[bool],
    ) -> tuple[Outcome, Outcome]:
        """Return what the asked variants answered; nothing for one that is not."""
        heard = [_UNASKED, _UNASKED]
        try:
            body = build_body(examples, self.layout, self.spec, self.fetch)
        except (BodyTooLarge, Unsendable) as error:
            failed = Outcome(Failed(str(error)))
            return failed, failed
        options = options_of(self.spec, self.rollout, examples[0].row)
        for side in (1, 0) if canary_first else (0, 1):
            if asked[side]:
                heard[side] = self._hear((self.baseline, self.canary)[side], body, options)
        return heard[0], heard[1]

    def _hear(self, variant: str, body: bytes, options: CallOptions) -> Outcome:
        outcome, seconds = self.calls.call(variant, (body, options))
        if isinstance(outcome, CallFailed):
            text = f"{outcome.kind.replace('_', ' ')}: {outcome.text}"
            return Outcome(Failed(text, outcome.words))
        if outcome.invoked_variant != variant:
            problem = (
                f"asked variant {variant!r} and "
                f"{outcome.invoked_variant or 'an unnamed variant'!r} answered"
            )
            raise Refused("endpoint", problem, "Use an endpoint that honours TargetVariant")
        tokens = tokens_in(outcome.body)
        return Outcome(outcome, Call(seconds * 1_000, len(outcome.body), tokens))

    def told_in(self, reply: Reply | Failed, role: Role, count: int) -> list[Told]:
        """Return what one variant's answer tells about each of so many records."""
        if isinstance(reply, Failed):
            return [reply] * count
        words = words_of(reply.body)
        if self.contract is None:
            return [Failed(f"{UNREADABLE}: no answer could be read before", words)] * count
        try:
            read = read_answers(
                reply.body, reply.content_type, count, self.contract.of(role), self.known
            )
        except UnreadableAnswer as error:
            return [_unread(error, words)] * count
        return [_unread(r, words) if isinstance(r, UnreadableAnswer) else r for r in read]


def _unread(error: UnreadableAnswer, words: str) -> Failed:
    """Return the failure: of reading, or of the model where it says so itself."""
    kind = "error answer" if isinstance(error, ErrorAnswer) else UNREADABLE
    return Failed(f"{kind}: {error}", words)


def _all_known(
    known: Callable[[int], Told | None], examples: tuple[Example, ...]
) -> list[Told] | None:
    found = []
    for example in examples:
        told = known(example.row)
        if told is None:
            return None
        found.append(told)
    return found


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
                if len(under_way) >= 3 * concurrency:
                    # One wake-up for as many answers as come at once: whoever takes them one by
                    # one quarrels with the asking threads over the interpreter at every answer.
                    under_way[concurrency - 1].exception()
                    for _ in range(concurrency):
                        yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
        finally:
            running = [future for future in under_way if not future.cancel()]
            late.extend(future.result() for future in running if future.exception() is None)
