"""The fold kept as JSON: read back equal, and nothing else is read for it."""

import json

import pytest

from canary.domain.judge.checkpoint import VERSION, from_plain, to_plain
from canary.domain.judge.fold import start_fold
from tests.unit.judge.worlds import plan


def test_a_checkpoint_is_read_back_through_json() -> None:
    """What the table gives back is the fold that was written."""
    fold = start_fold(plan())
    assert from_plain(json.loads(json.dumps(to_plain(fold)))) == fold


def test_a_split_counted_before_silence_was_is_an_account_in_which_all_spoke() -> None:
    """Evidence of a rollout under way is not lost with the version that counts on."""
    plain = {**to_plain(start_fold(plan())), "bake": 1, "split": [50, 950]}  # type: ignore[dict-item]
    del plain["arrivals"], plain["arrivals_bake"]
    fold = from_plain(plain)  # type: ignore[arg-type]
    assert (fold.arrivals.split, fold.arrivals_bake) == ((50, 950), 1)


@pytest.mark.parametrize("plain", [None, [], {}, {"version": VERSION + 1}, {"version": VERSION}])
def test_what_is_no_checkpoint_is_refused(plain: object) -> None:
    """A state of another version, or half of one, never becomes evidence."""
    with pytest.raises(ValueError, match=r"checkpoint|Fold"):
        from_plain(plain)  # type: ignore[arg-type]
