"""An explanation for a person: a heading, then one paragraph a question."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from canary.domain.words import moment, percent, strength, strength_beside
from canaryctl.explain.values import Explanation, GuardStanding

MOST_WIDTH = 120


def show(console: Console, found: Explanation) -> None:
    """Print an explanation: wrapped beside its questions on a terminal, else a line each, whole."""
    console.print(Text(heading(found), style="bold"), soft_wrap=True)
    if not console.is_terminal:
        for question, answer in answers(found):
            console.print(Text(f"{question}: {answer}"), soft_wrap=True)
        return
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(width=min(console.width, MOST_WIDTH) - 18)
    asked = ""
    for question, answer in answers(found):
        grid.add_row("" if question == asked else question, Text(answer))
        asked = question
    console.print(grid)


def heading(found: Explanation) -> str:
    """Return endpoint, canary, phase, step and share in one line."""
    if found.phase is None:
        return found.endpoint
    return f"{found.endpoint}: {found.canary} {found.phase}, {_place(found)} ({found.rollout})"


def _place(found: Explanation) -> str:
    return f"step {found.step}/{found.steps} at {percent(found.share or 0.0)}"


def answers(found: Explanation) -> Iterator[tuple[str, str]]:
    """Yield (question, answer), in the order in which they are asked."""
    yield "now", found.doing
    for hold in found.holds:
        yield "why it waits", f"{hold.kind}: {hold.said}"
    if found.unknown:
        yield "not known", found.unknown
    for change in found.changes:
        yield "what changes it", change
    if found.phase in {"BAKING", "WATCHING"}:
        yield "when", _when(found)
    yield "if nobody acts", found.then
    for guard in found.guards:
        yield "guards", _guard(guard)
    if found.newest is not None:
        yield "last judged", moment(found.newest)
    for command in found.commands:
        yield "you can", command


def _when(found: Explanation) -> str:
    if found.when is None:
        idle = [guard.guard for guard in found.guards if guard.minutes_to_pass is None]
        if idle:
            return f"not known yet: the evidence of {', '.join(idle)} does not grow so far"
        return "no time can be told: something has to change that no time ends"
    return f"at {moment(found.when)} at the earliest, if minutes stay as they are"


def _guard(guard: GuardStanding) -> str:
    needed = guard.log_good_enough_threshold
    return (
        f"{guard.guard} {guard.finding}: evidence that it is good enough "
        f"{strength_beside(guard.log_good_enough, needed)} of {strength(needed)}, "
        f"that it is worse {strength(guard.log_worse)}"
    )
