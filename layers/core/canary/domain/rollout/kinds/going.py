"""A rollout on its way: it began, a step serves, a pause is over."""

from datetime import datetime
from typing import Literal

from canary.domain.plan.custom.margins import Against
from canary.domain.plan.target import Target, describe
from canary.domain.rollout.kinds.fact import Fact, Said, Standing
from canary.domain.words import duration, moment, percent


class Started(Fact):
    """A rollout began; `notices` are what is not known."""

    commands = ("rollback", "pause", "promote")
    routine = True
    about: Literal["started"] = "started"
    shares: tuple[float, ...]
    watched: tuple[str, ...]
    safe: Target
    notices: tuple[str, ...] = ()

    def say(self, of: Standing) -> Said:
        """Return how a beginning reads."""
        steps = " -> ".join(percent(share) for share in self.shares)
        return Said(
            what="rollout started",
            brief=f"{of.canary} {steps}",
            now=f"The canary {of.canary} starts without traffic and goes {steps}, "
            "each step only on evidence that it is as good as what serves.",
            safe="Safe: nothing was moved yet.",
            more=(f"Watched: {', '.join(self.watched)}.", *self.notices),
            then=f"It goes on by itself, and if anything is wrong back to {describe(self.safe)}.",
        )


class Reached(Fact):
    """A step serves. It bakes (least and most minutes), or is watched before promotion."""

    commands = ("rollback", "pause", "promote")
    routine = True
    about: Literal["reached"] = "reached"
    target: Target
    bake_minutes: tuple[int, int] | None = None
    watch_minutes: int | None = None
    against: Against = "baseline"
    """Whom the canary is compared with meanwhile."""

    def say(self, of: Standing) -> Said:
        """Return how a step that serves reads."""
        then = "It goes on by itself."
        if self.watch_minutes is not None:
            then = (
                f"It is watched alone for {self.watch_minutes} minutes before it counts as "
                "promoted; it is taken back if it is far worse than the baseline last was."
            )
        if self.bake_minutes is not None:
            least, most = self.bake_minutes
            then = (
                f"It is compared with the {self.against} for {least} to {most} minutes. It goes on "
                "once it is shown to be as good, and is taken back in any minute in which it is "
                "shown to be worse."
            )
        return Said(
            what=f"{of.canary} serves {percent(of.share)}",
            now=f"{of.canary} serves {percent(of.share)} of the traffic, confirmed by "
            f"DescribeEndpoint{of.unless_seen(self.target)}.",
            safe="Watched every minute; nothing has to be done.",
            then=then,
        )


class PauseOver(Fact):
    """A pause ended by itself; since when it lasted and whose it was, where that is known."""

    kind = "notice"
    commands = ("rollback", "pause", "promote")
    routine = True
    about: Literal["pause_over"] = "pause_over"
    paused_until: datetime
    since: datetime | None = None
    by: str = ""
    reason: str = ""

    def say(self, of: Standing) -> Said:
        """Return how the end of a pause reads."""
        whose = f" of {self.by}" if self.by else ""
        why = f" ({self.reason})" if self.reason else ""
        lasted = ""
        if self.since is not None:
            span = duration((self.paused_until - self.since).total_seconds())
            lasted = f"It lasted {span}, which counts against none of the rollout's time limits."
        return Said(
            what="pause over",
            brief=f"{of.canary_serves}, may advance again" if of.serving else "may advance again",
            now=f"The pause{whose}{why} ended at {moment(self.paused_until)}; the rollout may "
            "advance again.",
            safe="Watched every minute, as during the pause.",
            more=(lasted,) if lasted else (),
            then="It goes on by itself when its evidence is enough. Pause again if it must not.",
        )
