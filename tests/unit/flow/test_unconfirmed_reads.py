"""A minute is believed when a later read found it again; a read that failed finds nothing."""

import pytest

from canary.domain.judge.windows import Window
from canary.domain.plan.guards import GuardHistory
from canary.domain.plan.plan import GuardDay
from canary.domain.time import minute_of
from tests.rollouts import NOON, a_plan, side_counts
from tests.unit.flow.decider_stage import ROLLOUT, Stage

FIRST = minute_of(NOON)


def one_minute_decides() -> Stage:
    """Return a stage whose day allows a roll-back on one blatant minute."""
    history = GuardHistory(minutes=1_440, rate=0.001, requests_per_minute=6_000)
    guard = a_plan().guards[0].but(history=history)
    return Stage(
        guards=(guard,),
        days={"errors": GuardDay(pairs=1_260, uncapped_minutes=(0, 10, 10, 10, 10))},
    )


def read(stage: Stage, minute: int, canary: tuple[int, int], baseline: tuple[int, int]) -> None:
    """Store what the tick one minute later reads of a minute, for the first time."""
    counts = {"canary": side_counts(*canary), "baseline": side_counts(*baseline)}
    window = Window(minute=FIRST + minute, since=FIRST + minute + 1, **counts)
    stage.evidence.save_windows(ROLLOUT, [window])


def well_for(stage: Stage, minutes: int) -> None:
    """Let both variants serve well, each minute read at the tick after it."""
    for minute in range(1, minutes + 1):
        read(stage, minute, (300, 0), (5_700, 6))
        stage.tick(minute + 1)


@pytest.mark.parametrize("complete", [True, False])
def test_only_a_later_complete_read_confirms(*, complete: bool) -> None:
    """The same blatant minute takes the canary back when the next tick found them again."""
    stage = one_minute_decides()
    well_for(stage, 3)
    read(stage, 4, (300, 200), (1_425, 1))  # a split no first read may count by
    assert stage.tick(5).decision is None
    decided = stage.tick(6, complete=complete).decision
    assert (decided is not None) is complete
