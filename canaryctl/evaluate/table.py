"""An evaluation in the terminal: metrics side by side, what the paired tests say, slices that went
down.
"""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from canary.domain.labelled.account import account_of
from canary.domain.labelled.evidence import QualityEvidence
from canary.domain.labelled.side_by_side import in_words
from canaryctl.evaluate.document import overall_answer, sample_told
from canaryctl.evaluate.failures import failure_lines

_COLOURS = {
    "better": "green",
    "not worse": "green",
    "worse": "red",
    "not enough evidence": "yellow",
}
SLICES_SHOWN = 10


def print_tables(console: Console, evidence: QualityEvidence) -> None:
    """Print the evaluation for a person."""
    report: dict[str, Any] = evidence.report if isinstance(evidence.report, dict) else {}
    if report.get("records"):
        console.print(_metrics(evidence, report))
        if (told := sample_told(report)) is not None:
            console.print(f"  {told}", style="dim", highlight=False, markup=False)
        if report["slices"]:
            console.print(_slices(report["slices"]))
    if evidence.contract is not None:
        console.print(evidence.contract.told, highlight=False, markup=False)
    for finding in evidence.findings:
        console.print(f"- {finding.reason}", highlight=False, markup=False)
    account = account_of(evidence).in_words()
    console.print(f"  {account}", style="dim", highlight=False, markup=False)
    for one in evidence.measured:
        console.print(f"  {in_words(one)}", highlight=False, markup=False)
    for line in failure_lines(evidence):
        console.print(f"  {line}", style="dim", highlight=False, markup=False)
    for note in evidence.notes[:5]:
        console.print(f"  {note.kind}: {note.text}", style="dim", highlight=False, markup=False)
    answer = overall_answer(evidence)
    asked = Text(f"Is {evidence.canary} better than {evidence.baseline}? ")
    console.print(asked.append(answer, style=_COLOURS[answer]))


def _metrics(evidence: QualityEvidence, report: Mapping[str, Any]) -> Table:
    counted = f"{evidence.endpoint}: {report['records']} records both variants answered"
    table = Table(title=Text(counted))
    for name, justify in (
        ("", "left"),
        (Text(evidence.baseline), "right"),
        (Text(evidence.canary), "right"),
        ("", "right"),
    ):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    confusion = [report[side].get("confusion") for side in ("baseline", "canary")]
    if all(cells and "tp" in cells for cells in confusion):
        table.add_row(
            "TP/FP/FN/TN",
            *("/".join(str(cells[n]) for n in ("tp", "fp", "fn", "tn")) for cells in confusion),
        )
    for name, value in report["baseline"].items():
        if isinstance(value, float):
            other = report["canary"].get(name)
            table.add_row(
                Text(name),
                f"{value:.6f}",
                _number(other),
                _number(report["difference"].get(name), "+"),
            )
    return table


def _slices(slices: list[dict[str, Any]]) -> Table:
    table = Table(title="by slice")
    for name in (
        "slice",
        "records",
        "baseline accuracy",
        "canary accuracy",
        "only baseline right",
        "only canary right",
    ):
        table.add_column(name, justify="left" if name == "slice" else "right")
    for one in slices[:SLICES_SHOWN]:
        accuracies = (_number(one[side].get("accuracy")) for side in ("baseline", "canary"))
        pairs = one["discordant"]
        table.add_row(
            Text(str(one["slice"])),
            str(one["records"]),
            *accuracies,
            str(pairs["baseline_only"]),
            str(pairs["canary_only"]),
        )
    return table


def _number(value: float | None, sign: str = "") -> str:
    return "-" if value is None else f"{value:{sign}.6f}"
