"""A person's answer before a share: approved, or rejected, which takes the canary back."""

from datetime import datetime
from typing import Literal

from canary.domain.errors import Refused
from canary.domain.plan.target import describe
from canary.domain.rollout.record import Approval, Record
from canary.domain.rollout.transitions import approvals
from canary.domain.words import percent
from canary.flow.commands.order import Command, Order, check_running
from canary.flow.decisions import Decisions
from canary.ports.rollouts import Rollouts


class Approvals:
    """Keeps answers, each given once, and has a rejection carried out."""

    def __init__(self, rollouts: Rollouts, decisions: Decisions) -> None:
        """Take the record store and what records a roll-back."""
        self._rollouts = rollouts
        self._decisions = decisions

    def approve(self, record: Record, command: Order, now: datetime) -> str:
        """Return the answer. Raises Refused."""
        share = _share_to_answer(record, command)
        answered = self._answered(record, share, "approved", command, now)
        if answered.answer != "approved":
            raise Refused(
                "command",
                f"{answered.words}: an answer is given once",
                "Start a new rollout when it is back, and approve that",
            )
        if answered.execution != command.execution:
            return f"{answered.words}: nothing was changed"
        return (
            f"approved before {percent(share)}: it goes there when its evidence is enough. Kept: "
            f"{command.by or 'no name'}, as the command says; who started its execution AWS tells "
            "CloudTrail alone"
        )

    def reject(self, record: Record, command: Order, now: datetime) -> str:
        """Return the answer. Raises Refused."""
        share = _share_to_answer(record, command)
        answered = self._answered(record, share, "rejected", command, now)
        if answered.answer == "approved":
            raise Refused(
                "command",
                f"{answered.words}: an answer is given once",
                "Send rollback to take it back, or pause to keep it where it is",
            )
        self._decisions.roll_back(record, answered.words, "person", now, command.act(now))
        return f"{answered.words}: going back to {describe(record.plan.safe_target)}"

    def _answered(
        self,
        record: Record,
        share: float,
        said: Literal["approved", "rejected"],
        command: Order,
        now: datetime,
    ) -> Approval:
        """Return the answer that is kept for a share: this one, or the one given before."""
        changed = self._rollouts.change(
            record.rollout, lambda r: approvals.answer(r, share, said, command.act(now))
        )
        kept = changed.approval(share)
        if kept.answer is None:
            raise Refused(
                "command",
                f"{record.rollout} is on its way back or over",
                "Start a new rollout when it has ended",
            )
        return kept


def unapproved(record: Record, to_step: int) -> str:
    """Return which approvals nobody gave of the shares up to a step, '' where none was needed."""
    ahead = [step.share for step in record.plan.steps[record.step + 1 : to_step + 1]]
    missing = [
        percent(share)
        for share in ahead
        if share in record.plan.brakes.approve_before and not record.approval(share).answer
    ]
    return f"; nobody approved {', '.join(missing)}: this order stands for it" if missing else ""


def _share_to_answer(record: Record, command: Command) -> float:
    """Return the share that is approved or rejected. Raises Refused where it is none that waits."""
    check_running(record, command)
    needed = record.plan.brakes.approve_before
    ahead = [share for share in needed if share > record.share]
    said = ", ".join(f"{share:g}" for share in ahead) or "none any more"
    if command.share is None:
        raise Refused("share", "an approval is for one share", f"Say which: {said}")
    if command.share not in needed:
        asked = f"it asks before {', '.join(f'{share:g}' for share in needed)}"
        raise Refused(
            "share",
            f"{command.share:g} needs no approval in {record.rollout}",
            f"Check the number: {asked if needed else 'its spec asks for no approval'}",
        )
    if command.share not in ahead:
        raise Refused(
            "share",
            f"{record.canary} has {percent(record.share)} already",
            f"Still ahead: {said}. rollback takes it back",
        )
    return command.share
