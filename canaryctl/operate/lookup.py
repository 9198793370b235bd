"""Finds rollouts: those under way, the one that holds an endpoint, or an endpoint's newest.

A record that this version cannot read, of another version or written by hand, hides no other: it is
put into `unread` by its rollout, and told beside them.
"""

import json
from collections.abc import MutableMapping

from pydantic import ValidationError

from canary.adapters.table import UNREADABLE, rollout_key
from canary.domain.errors import Refused
from canary.domain.rollout.record import Record
from canaryctl.operate.stack import Stack

Unread = MutableMapping[str, Exception]


def loaded(stack: Stack, rollout: str, unread: Unread) -> Record | None:
    """Return a record, None where there is none or it cannot be read."""
    try:
        return stack.rollouts.load(rollout)
    except Refused:
        return None  # the index that lists it may be a moment late
    except UNREADABLE as error:
        unread[rollout] = error
        return None


def under_way(stack: Stack, unread: Unread) -> list[Record]:
    """Return the rollouts that have not ended, or have something left to tell, oldest first."""
    found = [loaded(stack, rollout, unread) for rollout in stack.rollouts.listed()]
    return sorted((one for one in found if one), key=lambda record: record.started_at)


def newest_of(stack: Stack, endpoint: str) -> Record:
    """Return the rollout that holds an endpoint, else its newest ended one. Raises Refused when it
    never had one, or the one that is meant cannot be read.
    """
    found = newest_or_none(stack, endpoint)
    if found is None:
        raise Refused(
            "endpoint",
            f"no rollout of {endpoint!r} in table {stack.table_name}",
            "Check name and stack",
        )
    return found


def newest_or_none(stack: Stack, endpoint: str) -> Record | None:
    """Return the rollout that holds an endpoint, else its newest ended one, None when it never had
    one. Raises Refused when the one that is meant cannot be read.
    """
    unread: dict[str, Exception] = {}
    holder = stack.rollouts.holding(endpoint)
    if holder is not None:
        held = loaded(stack, holder, unread)
        found = [held] if held else []
    else:
        found = stack.rollouts.every(endpoint, unread)
    if unread and not found:
        rollout, error = next(iter(unread.items()))
        raise Refused("endpoint", *_unreadable(stack, rollout, error))
    return found[-1] if found else None


def told_of_unread(stack: Stack, unread: Unread) -> list[str]:
    """Return a line a record that could not be read, with what to do."""
    return [". ".join(_unreadable(stack, rollout, unread[rollout])) for rollout in sorted(unread)]


def _unreadable(stack: Stack, rollout: str, error: Exception) -> tuple[str, str]:
    problem = (
        f"the record of rollout {rollout} cannot be read ({why_unreadable(error)}): another "
        "version wrote it, or somebody by hand"
    )
    remedy = (
        "Use the canaryctl of the version that is deployed (docs/operations.md, Upgrade), and "
        f"look: {_command_for_record(stack.table_name, rollout)}"
    )
    return problem, remedy


def why_unreadable(error: Exception) -> str:
    """Return where a stored document departs from what is known, without what stands there."""
    if not isinstance(error, ValidationError):
        return f"{type(error).__name__}: {error}"
    first = error.errors(include_input=False, include_url=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'the whole'}: {first['msg']}"


def _command_for_record(table: str, rollout: str) -> str:
    """Return the command that shows a record as it is stored."""
    key = json.dumps(rollout_key(rollout, "RECORD"), separators=(",", ":"))
    return f"aws dynamodb get-item --table-name {table} --key '{key}'"
