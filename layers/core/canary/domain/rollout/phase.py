"""The life of a rollout is this table; the picture in docs/architecture.md is drawn from it.

A phase says where a rollout is, an event what happened to it. What is not in the table cannot
happen: `after` raises.
"""

from enum import StrEnum


class Phase(StrEnum):
    """Where a rollout is."""

    PLANNED = "PLANNED"  # the lease is held, nothing was moved
    STAGING = "STAGING"  # the canary's variant is being built beside those that serve
    EVALUATING = "EVALUATING"  # share 0: the labelled set goes through both variants
    SHIFTING = "SHIFTING"  # weights were asked for and are not yet confirmed
    BAKING = "BAKING"  # serving at a step while evidence gathers
    WATCHING = "WATCHING"  # serving alone at share 1, against the remembered baseline
    ROLLING_BACK = "ROLLING_BACK"  # on the way to the safe weights
    SETTLING = "SETTLING"  # promoted; a configuration that says so is being put in use
    TAKING_OFF = "TAKING_OFF"  # safe and verified; the staged variant is being taken off again
    REFUSED = "REFUSED"  # never started, nothing changed
    PROMOTED = "PROMOTED"  # the canary serves everything
    ROLLED_BACK = "ROLLED_BACK"  # the safe weights are verified
    HANDED_OVER = "HANDED_OVER"  # somebody else owns the endpoint now; nothing was overwritten
    UNPROVEN = (
        "UNPROVEN"  # the safe weights could not be verified; the lease is held, a person is paged
    )


class Event(StrEnum):
    """What can happen to a rollout."""

    PLAN = "plan"
    STAGE = "stage"
    REFUSE = "refuse"
    CLAIM_MOVE = "claim move"
    EVALUATE = "evaluate"
    BAKE = "bake"
    WATCH = "watch"
    SETTLE = "settle"
    PROMOTE = "promote"
    CLAIM_RESTORE = "claim restore"
    TAKE_OFF = "take off"
    VERIFY_SAFE = "verify safe"
    GIVE_UP = "give up"
    HAND_OVER = "hand over"
    RETRY = "retry"
    GO_BACK = "go back"


START = None
ACTIVE = (
    Phase.PLANNED,
    Phase.STAGING,
    Phase.EVALUATING,
    Phase.SHIFTING,
    Phase.BAKING,
    Phase.WATCHING,
    Phase.ROLLING_BACK,
)
FINISHING = frozenset({Phase.SETTLING, Phase.TAKING_OFF})
"""How the rollout ends is known and verified; what it leaves is being tidied, and nothing that
happens there changes its end but somebody else who takes the endpoint.
"""
ENDS = frozenset(
    {Phase.REFUSED, Phase.PROMOTED, Phase.ROLLED_BACK, Phase.HANDED_OVER, Phase.UNPROVEN}
)
SERVING = frozenset({Phase.BAKING, Phase.WATCHING})

TRANSITIONS: dict[tuple[Phase | None, Event], Phase] = {
    (START, Event.PLAN): Phase.PLANNED,
    (START, Event.REFUSE): Phase.REFUSED,
    (Phase.PLANNED, Event.CLAIM_MOVE): Phase.SHIFTING,
    (Phase.PLANNED, Event.STAGE): Phase.STAGING,
    (Phase.STAGING, Event.STAGE): Phase.STAGING,  # the same claim again after a lost answer
    (Phase.STAGING, Event.CLAIM_MOVE): Phase.SHIFTING,
    (Phase.SHIFTING, Event.CLAIM_MOVE): Phase.SHIFTING,  # the same claim again after a lost answer
    (Phase.SHIFTING, Event.EVALUATE): Phase.EVALUATING,
    (Phase.EVALUATING, Event.EVALUATE): Phase.EVALUATING,
    (Phase.SHIFTING, Event.BAKE): Phase.BAKING,
    (Phase.EVALUATING, Event.BAKE): Phase.BAKING,
    (Phase.BAKING, Event.BAKE): Phase.BAKING,  # a new token for the same bake
    (Phase.SHIFTING, Event.WATCH): Phase.WATCHING,
    (Phase.WATCHING, Event.WATCH): Phase.WATCHING,
    (Phase.BAKING, Event.CLAIM_MOVE): Phase.SHIFTING,
    (Phase.WATCHING, Event.PROMOTE): Phase.PROMOTED,
    (Phase.WATCHING, Event.SETTLE): Phase.SETTLING,
    (Phase.SETTLING, Event.SETTLE): Phase.SETTLING,
    (Phase.SETTLING, Event.PROMOTE): Phase.PROMOTED,
    (Phase.SETTLING, Event.HAND_OVER): Phase.HANDED_OVER,
    (Phase.ROLLING_BACK, Event.VERIFY_SAFE): Phase.ROLLED_BACK,
    (Phase.ROLLING_BACK, Event.TAKE_OFF): Phase.TAKING_OFF,
    (Phase.TAKING_OFF, Event.TAKE_OFF): Phase.TAKING_OFF,
    (Phase.TAKING_OFF, Event.VERIFY_SAFE): Phase.ROLLED_BACK,
    (Phase.TAKING_OFF, Event.HAND_OVER): Phase.HANDED_OVER,
    (Phase.UNPROVEN, Event.RETRY): Phase.ROLLING_BACK,
    (Phase.UNPROVEN, Event.HAND_OVER): Phase.HANDED_OVER,
    (Phase.PROMOTED, Event.GO_BACK): Phase.ROLLING_BACK,
} | {
    (phase, event): end
    for phase in ACTIVE
    for event, end in {
        Event.CLAIM_RESTORE: Phase.ROLLING_BACK,
        Event.GIVE_UP: Phase.UNPROVEN,
        Event.HAND_OVER: Phase.HANDED_OVER,
    }.items()
}


class ImpossibleTransition(Exception):
    """An event that cannot happen in this phase: a defect, never a condition of the world."""


def after(phase: Phase | None, event: Event) -> Phase:
    """Return the phase after an event; raises ImpossibleTransition when the table has no such
    pair.
    """
    try:
        return TRANSITIONS[phase, event]
    except KeyError:
        msg = f"{event.value!r} cannot happen in {phase or 'start'}"
        raise ImpossibleTransition(msg) from None


def mermaid() -> str:
    """Return the table as a Mermaid state diagram, without self-loops; what can happen in every
    forward phase once.
    """
    forward = [phase for phase in ACTIVE if phase is not Phase.ROLLING_BACK]
    anywhere = {
        (event, end)
        for (_, event), end in TRANSITIONS.items()
        if all(TRANSITIONS.get((phase, event)) is end for phase in forward)
    }
    edges = [
        (source, event, target)
        for (source, event), target in TRANSITIONS.items()
        if source != target and not (source in forward and (event, target) in anywhere)
    ]
    inside = [edge for edge in edges if edge[0] in forward and edge[2] in forward]
    outside = [edge for edge in edges if edge not in inside]
    lines = ["stateDiagram-v2", "    state FORWARD {"]
    lines += [f"        {source} --> {target}: {event.value}" for source, event, target in inside]
    lines += ["    }"]
    lines += [
        f"    {source or '[*]'} --> {target}: {event.value}" for source, event, target in outside
    ]
    lines += [f"    FORWARD --> {end}: {event.value}" for event, end in sorted(anywhere)]
    lines += [f"    {end} --> [*]" for end in sorted(ENDS - {Phase.UNPROVEN})]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(mermaid(), end="")  # noqa: T201 - the diagram for docs/architecture.md
