"""Guards on the user's own metrics as values, and the sentence that tells how each is read."""

from collections.abc import Mapping, Sequence

from canary.domain.plan.custom.first_look import (
    HALF,
    FirstLook,
    Published,
    Reading,
    no_point,
    read_as,
)
from canary.domain.plan.custom.keys import CountGuardKeys, ValueGuardKeys
from canary.domain.plan.custom.reach import check_reach
from canary.domain.plan.guards import (
    COMMON_GRID,
    RARE_GRID,
    REQUESTS,
    CountGuard,
    CountSource,
    GuardWords,
    Margin,
)
from canary.domain.words import percent

RARE = (
    Margin(ratio=1.1, percentage_points=0.01),
    Margin(ratio=1.5, percentage_points=0.1),
    Margin(ratio=3, percentage_points=0.5),
)
COMMON = (
    Margin(ratio=1.05, percentage_points=0.1),
    Margin(ratio=1.2, percentage_points=0.5),
    Margin(ratio=2, percentage_points=2),
)
GOOD = (
    Margin(ratio=1.05, percentage_points=0),
    Margin(ratio=1.2, percentage_points=0),
    Margin(ratio=2, percentage_points=0),
)
"""Margins where the spec gives none (roll back beyond, last gate, early steps): of bad events that
are rare, of bad events that are not, and of good events.
"""
UNDECIDED = Reading("unknown", "lower", 0.0)


def custom_guards(
    counts: Sequence[CountGuardKeys],
    looks: Mapping[str, FirstLook] | None = None,
    share: float = 1.0,
) -> tuple[CountGuard, ...]:
    """Return the guards as they are read; without `looks`, by guard, only what is to be read is
    true of them.

    Raises Refused where a look leaves two readings, or margins that nothing could exceed.
    """
    made = []
    for index, keys in enumerate(counts):
        field = f"guards.counts[{index}]"
        if looks is None:
            made.append(_guard(keys, UNDECIDED))
            continue
        look = looks.get(keys.name, FirstLook(recorded=True))
        read = read_as(keys, look, share, field)
        guard = _guard(keys, read)
        if look.together.events:
            # A default of the early steps may be out of reach: the plan tells of it.
            decisive = ("roll_back_beyond", "last_gate")
            check_reach(guard, read.rate, field, {*decisive, *keys.model_fields_set})
        made.append(guard)
    return tuple(made)


def value_guards(
    values: Sequence[ValueGuardKeys], looks: Mapping[str, FirstLook] | None = None
) -> tuple[CountGuard, ...]:
    """Return the guards on one number a minute. Raises Refused where a look shows no point."""
    for index, keys in enumerate(values):
        look = (looks or {}).get(keys.name)
        if look is not None and not look.recorded and not look.together.marked_minutes:
            no_point(f"guards.values[{index}].value", keys.value, look)
    return tuple(_value_guard(keys) for keys in values)


def _value_guard(keys: ValueGuardKeys) -> CountGuard:
    return CountGuard(
        name=keys.name,
        words=GuardWords(bad=keys.called or keys.name.replace("_", " ")[:60], title=keys.title),
        grid=COMMON_GRID,
        value=keys.value.read,
        unit=keys.unit,
        better=keys.better,
        roll_back_beyond=keys.roll_back_beyond,
        last_gate=keys.last_gate,
        early_steps=keys.early_steps,
    )


def told_of_value(guard: CountGuard, look: FirstLook, shares: Sequence[float]) -> str:
    """Return one sentence: what is read, what the last day shows of it, and how it is judged at
    steps of these shares.
    """
    read = guard.value.words if guard.value else ""
    mean, worse = f"{guard.history.rate:.4g}{guard.unit}", guard.worse_than(guard.roll_back_beyond)
    of = " and ".join(look.baselines)
    parts = [
        f"{guard.name}: {read}, {mean} on average on {of} in the last day",
        f"taken back at {worse} (it judges minutes, not requests)",
        *_silent(look),
    ]
    most = [percent(share) for share in shares if HALF < share < 1]
    if most:
        parts.append(
            f"at {' and '.join(most)} the canary has more traffic than its baseline, so what grows "
            "with load is held against it"
        )
    return "; ".join(parts) + "."


def _guard(keys: CountGuardKeys, reading: Reading) -> CountGuard:
    default = GOOD if reading.better == "higher" else RARE if reading.rare else COMMON
    return CountGuard(
        name=keys.name,
        words=GuardWords(bad=keys.called or _called(keys, reading), title=keys.title),
        grid=RARE_GRID if reading.rare else COMMON_GRID,
        source=keys.source.but(missing=reading.missing),
        better=reading.better,
        roll_back_beyond=keys.roll_back_beyond or default[0],
        last_gate=keys.last_gate or default[1],
        early_steps=keys.early_steps or default[2],
    )


def _called(keys: CountGuardKeys, reading: Reading) -> str:
    name = keys.name.replace("_", " ")
    if keys.bad is not None or reading.better == "higher":
        return name[:60]
    events = "requests" if keys.of.read == REQUESTS else "events"
    return f"{events} without {name}"[:60]


def told(keys: CountGuardKeys, guard: CountGuard, look: FirstLook) -> str:
    """Return one sentence: what is counted, how it is read, and what the last day shows of it."""
    whole = look.together
    source = guard.source or keys.source
    rate = whole.rate(source.missing)
    counted = f"{guard.name}: {keys.marked.read.words} among {keys.of.read.words}"
    seen = f"{percent(rate)} on {' and '.join(look.baselines)} in the last day"
    parts = [counted, seen, _gap_words(keys, source, whole)]
    if keys.good is not None:
        side = "good events" if guard.better == "higher" else "events that were not good"
        parts.append(f"its {side} are judged")
    parts.append(f"taken back at {guard.worse_than(guard.roll_back_beyond)}")
    parts += _silent(look)
    if whole.unread:
        parts.append(f"{whole.unread:,} minutes say nothing (in the last {whole.problem})")
    if not any("${endpoint}" in text for text in keys.marked.dimensions.values()):
        parts.append("no dimension names the endpoint, so variants of this name elsewhere count in")
    return "; ".join(part for part in parts if part) + "."


def _gap_words(keys: CountGuardKeys, source: CountSource, whole: Published) -> str:
    means = "none happened" if source.missing == "zero" else "nothing is known"
    how = "as the spec says" if keys.missing else "since the baseline shows it so"
    seen = f" ({whole.gaps:,} of {whole.minutes:,} so far)" if whole.gaps else ""
    return f"a minute without a point{seen} means {means}, {how}"


def _silent(look: FirstLook) -> list[str]:
    silent = [name for name, one in look.baselines.items() if not one.minutes]
    parts = [f"{' and '.join(silent)} has nothing"] if silent else []
    parts += [look.stopped] if look.stopped else []
    if look.canary is not None and not look.canary[1].marked_minutes:
        parts.append(f"{look.canary[0]} has no point yet, as is usual before it serves")
    return parts
