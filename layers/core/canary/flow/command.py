"""Manual commands: each answers with one sentence, and repeating one under its own execution
changes nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from canary.domain.errors import Refused
from canary.domain.plan.spec import LATEST_PAUSE_MINUTES
from canary.domain.plan.target import describe
from canary.domain.rollout.phase import Phase
from canary.domain.rollout.record import Record
from canary.domain.rollout.release.ownership import as_it_stands
from canary.domain.rollout.transitions import acts, closing, pauses
from canary.domain.rollout.way_back import check_way_back
from canary.domain.words import moment, percent
from canary.flow.answer import Answers
from canary.flow.commands.approve import Approvals, unapproved
from canary.flow.commands.order import Order, check_running, read_command
from canary.flow.decisions import Decisions
from canary.flow.recover import Recovery
from canary.flow.telling.tell import Teller
from canary.ports.aws import EndpointReader
from canary.ports.rollouts import Rollouts


class Commander:
    """Carries out commands."""

    def __init__(
        self,
        rollouts: Rollouts,
        decisions: Decisions,
        answers: Answers,
        recovery: Recovery,
        teller: Teller,
        endpoints: EndpointReader,
    ) -> None:
        """Take the record store, the use cases that act, and who looks at endpoints."""
        self._endpoints = endpoints
        self._rollouts = rollouts
        self._decisions = decisions
        self._answers = answers
        self._recovery = recovery
        self._teller = teller
        answers_of_people = Approvals(rollouts, decisions)
        self._known: dict[str, Callable[[Record, Order, datetime], str]] = {
            "pause": self._pause,
            "resume": self._resume,
            "promote": self._promote,
            "rollback": self._roll_back,
            "retry": self._retry,
            "release": self._release,
            "approve": answers_of_people.approve,
            "reject": answers_of_people.reject,
        }

    def obey(self, document: object, execution: str, now: datetime) -> dict[str, str]:
        """Return the answer to a command; one that was carried out is not carried out again by its
        own execution.

        Raises Refused naming what is wrong with it.
        """
        command = Order(**read_command(document).model_dump(), execution=execution)
        rollout = self._rollouts.holding(command.endpoint) or self._promoted(command)
        if command.rollout not in {"", rollout}:
            raise Refused(
                "rollout",
                f"{command.endpoint} is held by {rollout}, not by {command.rollout}",
                "Look at its status: a command is for one rollout",
            )
        record = self._rollouts.load(rollout)
        if execution and record.obeyed == execution:
            answer = "carried out already; its first answer was lost"
        else:
            answer = self._known[command.command](record, command, now)
        self._rollouts.change(rollout, lambda r: acts.noted(r, command.act(now)))
        record = self._teller.tell(rollout, now)
        return {"rollout": rollout, "phase": record.phase, "answer": answer}

    def _promoted(self, command: Order) -> str:
        """Return the rollout that was promoted on the endpoint last, which a roll-back may still
        undo.

        Raises Refused.
        """
        rollout = self._rollouts.past(command.endpoint, "PROMOTED")
        if rollout is None or command.command != "rollback":
            raise Refused(
                "endpoint",
                f"no rollout holds {command.endpoint}",
                "Check the name; after PROMOTED rollback goes back, nothing else",
            )
        later = self._rollouts.past(command.endpoint, "LAST")
        if later not in {None, rollout} and not command.promotion:
            ended = self._rollouts.load(later)
            raise Refused(
                "promotion",
                f"{ended.rollout} of {ended.canary} is {ended.phase} and holds nothing any more; "
                f"before it {rollout} was promoted, and going back could mean that one",
                'Say "promotion": true (--promotion) to undo the promotion as well',
            )
        return rollout

    def _pause(self, record: Record, command: Order, now: datetime) -> str:
        check_running(record, command)
        until = now + timedelta(minutes=command.minutes)
        latest = record.started_at + timedelta(minutes=LATEST_PAUSE_MINUTES)
        if until > latest:
            raise Refused(
                "minutes",
                f"a pause of this rollout may last until {moment(latest)} at most, since its "
                "execution cannot run for ever",
                "Pause for less, or roll back and start again later",
            )
        self._rollouts.change(
            record.rollout, lambda r: pauses.pause(r, until, now, command.by, command.reason)
        )
        lasting = record.pause_at(now)
        before = f" (it was {lasting.words})" if lasting else ""
        return (
            f"paused until {moment(until)}{before}: it will not advance, it still rolls back, "
            "limits stand still"
        )

    def _resume(self, record: Record, command: Order, now: datetime) -> str:
        check_running(record, command)
        self._rollouts.change(record.rollout, lambda r: pauses.resume(r, now))
        return "it may advance again"

    def _promote(self, record: Record, command: Order, now: datetime) -> str:
        check_running(record, command)
        if record.rolling_back:
            raise Refused(
                "command",
                f"{record.rollout} is rolling back",
                "Start a new rollout when it has ended",
            )
        if record.phase not in {Phase.EVALUATING, Phase.BAKING, Phase.WATCHING}:
            raise Refused(
                "command",
                f"{record.rollout} is {record.phase}",
                "Try again in a minute, when it serves",
            )
        last = record.plan.last_step
        before = record
        to_step = None if record.step == last else (last if command.full else record.step + 1)
        why = command.reason or "a person promoted it"
        record = self._decisions.advance(
            record,
            to_step,
            f"Promoted by hand{_by(command)}: {why}",
            command.act(now),
            full=command.full,
        )
        if record.decision is None or record.decision.verdict != "ADVANCE":
            raise Refused(
                "command", "a roll-back was recorded first", "Start a new rollout when it has ended"
            )
        target = "done" if to_step is None else percent(record.plan.steps[to_step].share)
        missing = unapproved(before, before.step if to_step is None else to_step)
        return f"going on to {target}{missing}{_pause_after(before, record, now)}"

    def _roll_back(self, record: Record, command: Order, now: datetime) -> str:
        reason = command.reason or "a person asked for it"
        if record.phase is Phase.ROLLING_BACK and record.decision is not None:
            return (
                f"it is on its way to {describe(record.plan.safe_target)} already, since "
                f"{moment(record.decision.at)}: {record.decision.reason}"
            )
        if record.phase is Phase.PROMOTED:
            view = self._endpoints.describe(record.endpoint)
            check_way_back(record, view)
            back = f"Taken back by hand{_by(command)} after it was promoted: {reason}"
            self._recovery.go_back(record, command.act(now), back)
            safe = as_it_stands(record, record.plan.safe_target, view.current_weights)
            return f"going back to {describe(safe)}, as it was before {record.canary} was promoted"
        check_running(record, command)
        order = f"Rolled back by hand{_by(command)}: {reason}"
        self._decisions.roll_back(record, order, "person", now, command.act(now))
        return f"going back to {describe(record.plan.safe_target)}"

    def _retry(self, record: Record, command: Order, now: datetime) -> str:
        if record.phase is not Phase.UNPROVEN:
            raise Refused(
                "command",
                f"{record.rollout} is {record.phase}",
                "retry is for UNPROVEN rollouts only",
            )
        self._recovery.retry(record, command.execution, now)
        return f"restoring {describe(record.plan.safe_target)} again"

    def _release(self, record: Record, command: Order, now: datetime) -> str:
        why = command.reason or "a person released it"
        reason, act = f"Released by hand{_by(command)}: {why}", command.act(now)
        self._rollouts.change(record.rollout, lambda r: closing.let_go_by_hand(r, reason, now, act))
        self._answers.let_go(record)
        return "the lease is free, another rollout may hold the endpoint; weights are as they are"


def _by(command: Order) -> str:
    who = command.by.rsplit("/", 1)[-1]
    return f" by {who}" if who else ""


def _pause_after(before: Record, after: Record, now: datetime) -> str:
    """Return what becomes of a pause when a person promotes, '' without one."""
    pause = before.pause_at(now)
    if pause is None or pause.until is None:
        return ""
    until = moment(pause.until)
    if after.paused_until is None:
        return f"; the pause until {until} ends with it"
    return f"; still paused until {until}, so it advances no further by itself before"
