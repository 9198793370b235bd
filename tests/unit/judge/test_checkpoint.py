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


@pytest.mark.parametrize("plain", [None, [], {}, {"version": VERSION + 1}, {"version": VERSION}])
def test_what_is_no_checkpoint_is_refused(plain: object) -> None:
    """A state of another version, or half of one, never becomes evidence."""
    with pytest.raises(ValueError, match=r"checkpoint|Fold"):
        from_plain(plain)  # type: ignore[arg-type]
