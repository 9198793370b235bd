"""What the docs draw and say is what the code has."""

from pathlib import Path

from canary.domain.rollout.phase import mermaid

BEGIN, END = "<!-- phases: begin -->\n```mermaid\n", "```\n<!-- phases: end -->"


def test_the_phase_diagram_is_drawn_from_the_table() -> None:
    """Run `python -m canary.domain.rollout.phase` and paste its output when this fails."""
    text = Path("docs/architecture.md").read_text()
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == mermaid()
