"""What the world may do to a rollout, and when: each a case of the campaign."""

from __future__ import annotations

from collections.abc import Iterator

from canary.domain.rollout.phase import Phase
from emulator.endpoints.timing import UpdateEnd
from tests.faults import mishaps
from tests.faults.cases import Case
from tests.faults.mishaps import MINE, Mishap

UNPROVEN = frozenset({Phase.UNPROVEN})
MOVING = ("PLANNED", "EVALUATING", "SHIFTING 1", "BAKING 1", "SHIFTING 2", "WATCHING")
DECIDED = ("ADVANCE to step 1", "ADVANCE to step 2", "ADVANCE to the end")
MISHAPS: tuple[Mishap, ...] = (
    Mishap("the update rolls back", "PLANNED", mishaps.next_update(UpdateEnd.ROLLS_BACK), 0),
    Mishap(
        "the next update rolls back", "EVALUATING", mishaps.next_update(UpdateEnd.ROLLS_BACK), 0
    ),
    Mishap("the next update rolls back", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK)),
    Mishap(
        "the next update takes 12 minutes",
        "EVALUATING",
        mishaps.next_update(UpdateEnd.SETTLES, 720),
        0,
    ),
    Mishap(
        "the next update takes 20 minutes",
        "EVALUATING",
        mishaps.next_update(UpdateEnd.SETTLES, 1200),
        0,
    ),
    Mishap(
        "the next update takes 20 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 1200)
    ),
    Mishap(
        "the update rolls back slowly", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK, 1000)
    ),
    *(
        Mishap(
            f"the next update {outcome.value}",
            phase,
            mishaps.next_update(outcome),
            0,
            ends=UNPROVEN,
            permanent=True,
            lifted=mishaps.release,
        )
        for outcome in (UpdateEnd.STICKS, UpdateEnd.ROLL_BACK_FAILS, UpdateEnd.FAILS)
        for phase in ("EVALUATING", "BAKING 1")
    ),
    *(
        Mishap(name, phase, act, seconds)
        for phase in ("START", *MOVING, *DECIDED)
        for name, act, seconds in (
            ("autoscaling", mishaps.scale, 5),
            ("maintenance of 4 minutes", mishaps.system_update(240), 5),
            ("maintenance of 25 minutes", mishaps.system_update(1500), 5),
            ("stale reads", mishaps.stale_reads, 0),
            ("a second start", mishaps.second_start, 1),
            ("a redeploy", mishaps.redeploy, 7),
            ("a redeploy of every function", mishaps.redeploy_with_new_sandboxes, 7),
            ("a poisoned record", mishaps.poison, 1),
        )
    ),
    *(
        Mishap(name, phase, act, ends=MINE, foreign=True)
        for phase in (*MOVING, *DECIDED)
        for name, act in (
            ("foreign weights", mishaps.foreign_weights),
            ("a foreign configuration", mishaps.foreign_config),
            ("a variant that vanishes", mishaps.lose_variant),
            ("an endpoint that vanishes", mishaps.vanish),
        )
    ),
    *(
        Mishap("the guard alarm rings", phase, mishaps.ring, seconds)
        for phase in ("START", *MOVING, "BAKING 0", *DECIDED)
        for seconds in (0, 1, 20, 59)
    ),
    *(
        Mishap(f"a person's {name}", phase, act, 2, ends=MINE if name == "release" else frozenset())
        for phase in (*MOVING, "BAKING 0", *DECIDED)
        for name, act in (
            ("release", mishaps.command("release")),
            ("rollback", mishaps.command("rollback")),
            ("promote", mishaps.command("promote")),
            ("full promote", mishaps.command("promote", full=True)),
            ("pause", mishaps.command("pause", minutes=5)),
        )
    ),
    *(
        Mishap(
            f"an endpoint that goes {status}",
            phase,
            mishaps.fail(status),
            5,
            UNPROVEN,
            True,
            False,
            mishaps.release,
        )
        for phase in ("BAKING 1", "WATCHING")
        for status in ("Failed", "OutOfService", "UpdateRollbackFailed")
    ),
    *(
        Mishap(name, "BAKING 1", act, 30)
        for name, act in (
            ("metrics blind for 5 minutes", mishaps.blind(5)),
            ("metrics blind for 30 minutes", mishaps.blind(30)),
            ("traffic that stops", mishaps.no_traffic),
        )
    ),
    *(
        Mishap(
            f"the {function}'s clock is {seconds:+g} s off",
            "PLANNED",
            mishaps.wrong_clock(function, seconds),
            0,
        )
        for function in ("shifter", "decider", "collector")
        for seconds in (-90, -20, 20, 90)
    ),
)


ROLLING_BACK: tuple[Mishap, ...] = (
    Mishap("a person's release", "ROLLING_BACK", mishaps.command("release"), 2, ends=MINE),
    Mishap("the restore rolls back", "BAKING 1", mishaps.next_update(UpdateEnd.ROLLS_BACK)),
    Mishap("the restore takes 12 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 720)),
    Mishap(
        "the restore takes 55 minutes", "BAKING 1", mishaps.next_update(UpdateEnd.SETTLES, 3300)
    ),
    Mishap("maintenance of 25 minutes", "BAKING 1", mishaps.system_update(1500)),
    Mishap("maintenance of 25 minutes", "ROLLING_BACK", mishaps.system_update(1500)),
    Mishap("foreign weights", "BAKING 1", mishaps.foreign_weights, ends=MINE, foreign=True),
    Mishap("an endpoint that vanishes", "ROLLING_BACK", mishaps.vanish, ends=MINE, foreign=True),
    *(
        Mishap(
            f"the restore {outcome.value}",
            "BAKING 1",
            mishaps.next_update(outcome),
            ends=UNPROVEN,
            permanent=True,
            lifted=mishaps.release,
        )
        for outcome in (UpdateEnd.STICKS, UpdateEnd.ROLL_BACK_FAILS, UpdateEnd.FAILS)
    ),
)


def of_mishaps() -> Iterator[Case]:
    """Yield every mishap of the world, in the scenarios it can happen in."""
    for mishap in MISHAPS:
        yield Case("mishap", "promoted", (mishap,), mishap.ends)
    for name in ("promote", "full promote"):
        act = mishaps.command("promote", full=name == "full promote")
        yield Case("mishap", "wrong", (Mishap(f"a person's {name}", "EVALUATING", act, 2),))
    for name in ("failing", "stopped"):
        for mishap in ROLLING_BACK:
            yield Case("mishap", name, (mishap,), mishap.ends)
