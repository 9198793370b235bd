"""The life of a rollout is one table: every pair of phase and event is in it or impossible."""

import pytest

from canary.domain.rollout.phase import (
    ACTIVE,
    ENDS,
    FINISHING,
    TRANSITIONS,
    Event,
    ImpossibleTransition,
    Phase,
    after,
    mermaid,
)

EVERYWHERE = [None, *Phase]


@pytest.mark.parametrize("event", Event)
@pytest.mark.parametrize("phase", EVERYWHERE)
def test_every_pair_is_in_the_table_or_impossible(phase: Phase | None, event: Event) -> None:
    """What the table does not name raises, whatever the pair."""
    if (phase, event) in TRANSITIONS:
        assert after(phase, event) is TRANSITIONS[phase, event]
    else:
        with pytest.raises(ImpossibleTransition):
            after(phase, event)


def test_every_phase_is_active_or_an_end() -> None:
    """No phase is both, and none is neither."""
    assert set(ACTIVE) | FINISHING | ENDS == set(Phase)
    assert not (set(ACTIVE) | FINISHING) & ENDS
    assert not set(ACTIVE) & FINISHING


@pytest.mark.parametrize("phase", ACTIVE)
def test_every_active_phase_has_a_way_home(phase: Phase) -> None:
    """From anywhere a restore can be claimed, the endpoint handed over, and the attempt given
    up.
    """
    assert after(phase, Event.CLAIM_RESTORE) is Phase.ROLLING_BACK
    assert after(phase, Event.HAND_OVER) is Phase.HANDED_OVER
    assert after(phase, Event.GIVE_UP) is Phase.UNPROVEN


def test_promotion_is_reached_from_the_watch_alone() -> None:
    """Nothing but a finished watch at share 1 ends promoted, whatever is settled in between."""
    assert [pair for pair, end in TRANSITIONS.items() if end is Phase.PROMOTED] == [
        (Phase.WATCHING, Event.PROMOTE),
        (Phase.SETTLING, Event.PROMOTE),
    ]
    assert {phase for (phase, _), end in TRANSITIONS.items() if end is Phase.SETTLING} == {
        Phase.WATCHING,
        Phase.SETTLING,
    }


@pytest.mark.parametrize("phase", sorted(FINISHING))
def test_a_known_end_changes_only_where_somebody_takes_the_endpoint(phase: Phase) -> None:
    """While it is tidied nothing rolls back and nothing is given up."""
    leaving = {end for (start, _), end in TRANSITIONS.items() if start is phase} - {phase}
    ended = Phase.PROMOTED if phase is Phase.SETTLING else Phase.ROLLED_BACK
    assert leaving == {ended, Phase.HANDED_OVER}


def test_ends_lead_nowhere_but_where_a_person_asks() -> None:
    """UNPROVEN moves on by retry or release, PROMOTED by going back."""
    leaving = {(phase, event) for phase, event in TRANSITIONS if phase in ENDS}
    assert leaving == {
        (Phase.UNPROVEN, Event.RETRY),
        (Phase.UNPROVEN, Event.HAND_OVER),
        (Phase.PROMOTED, Event.GO_BACK),
    }


def test_the_picture_names_every_phase() -> None:
    """The diagram of the docs is drawn from the table."""
    picture = mermaid()
    assert all(phase in picture for phase in Phase)
