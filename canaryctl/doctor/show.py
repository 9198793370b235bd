"""Answers for a person, line by line as they come, and as JSON."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from canaryctl.doctor.account import Account
from canaryctl.doctor.check import Answer, State

MARKS: dict[State, tuple[str, str]] = {
    "fine": ("fine", "green"),
    "broken": ("BROKEN", "bold red"),
    "unknown": ("unknown", "yellow"),
}
"""What stands before a line, and its colour; the word says all of it."""
SUMMED = {"unknown": "cannot be known"}
MARK_WIDTH, NAME_WIDTH, MOST_WIDTH = 7, 16, 120
GIVE = {"endpoint": "--endpoint E", "sample": "--sample FILE", "send": "--send"}


def show(console: Console, answer: Answer) -> None:
    """Print one answer; the command stands alone on its line, so that it can be copied whole."""
    diagnosis = answer.diagnosis
    if diagnosis is None:
        return
    word, style = MARKS[diagnosis.state]
    row = _row(console)
    row.add_row(Text(word, style=style), Text(answer.check.name), Text(diagnosis.said))
    if diagnosis.remedy:
        row.add_row("", "", Text(f"-> {diagnosis.remedy}", style="bold"))
    console.print(row)
    if diagnosis.command:
        console.print(Text(f"  $ {diagnosis.command}", style="cyan"), soft_wrap=True)


def _row(console: Console) -> Table:
    row = Table.grid(padding=(0, 1, 0, 0))
    row.add_column(width=MARK_WIDTH, no_wrap=True)
    row.add_column(width=NAME_WIDTH, no_wrap=True)
    row.add_column(width=min(console.width, MOST_WIDTH) - MARK_WIDTH - NAME_WIDTH - 2)
    return row


def show_sum(console: Console, answers: Sequence[Answer]) -> None:
    """Print what it came to, and what was not looked at."""
    counts = counted(answers)
    told = ", ".join(f"{count} {SUMMED.get(state, state)}" for state, count in counts.items())
    left = [answer for answer in answers if answer.diagnosis is None]
    console.print()
    console.print(f"{sum(counts.values())} checks: {told}.", highlight=False)
    for lacks in dict.fromkeys(answer.lacks for answer in left):
        names = ", ".join(answer.check.name for answer in left if answer.lacks == lacks)
        options = " ".join(GIVE[need] for need in lacks)
        console.print(Text(f"Not looked at without {options}: {names}.", style="dim"))


def counted(answers: Sequence[Answer]) -> dict[State, int]:
    """Return how many checks came to each state."""
    found = [answer.diagnosis.state for answer in answers if answer.diagnosis]
    return {state: found.count(state) for state in MARKS}


def as_document(account: Account, answers: Sequence[Answer]) -> dict[str, Any]:
    """Return all answers as JSON values."""
    return {
        "stack": account.stack.name,
        "endpoint": account.endpoint or None,
        **{str(state): count for state, count in counted(answers).items()},
        "checks": [
            {
                "check": answer.check.name,
                "question": answer.check.question,
                "state": answer.diagnosis.state,
                "said": answer.diagnosis.said,
                "remedy": answer.diagnosis.remedy or None,
                "command": answer.diagnosis.command or None,
            }
            for answer in answers
            if answer.diagnosis
        ],
        "left_out": [
            {
                "check": answer.check.name,
                "question": answer.check.question,
                "give": [GIVE[need].split(" ", maxsplit=1)[0] for need in answer.lacks],
            }
            for answer in answers
            if answer.diagnosis is None
        ],
    }
