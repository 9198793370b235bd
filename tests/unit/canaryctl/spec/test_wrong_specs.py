"""Wrong specs of many kinds, and word for word what a person sees of each.

`wrong_specs.md` has them: a file, and what is told of it. A text that changes fails here until
somebody has read the difference: `python -m tests.unit.canaryctl.spec.test_wrong_specs` writes it.
"""

import re
from pathlib import Path
from typing import NamedTuple

import pytest

from canaryctl.spec.reading import check_text, told

PAGE = Path(__file__).with_name("wrong_specs.md")
CASE = re.compile(
    r"^## (.+?)\n+```(json|yaml)\n(.*?)```\n\n```text\n(.*?)```", re.DOTALL | re.MULTILINE
)


class Case(NamedTuple):
    """One wrong file: what it is about, its suffix, its text, and what is told of it."""

    about: str
    suffix: str
    text: str
    told: str

    @property
    def found(self) -> str:
        """Return what is told of it now."""
        return f"{told(check_text(self.text, f'spec.{self.suffix}'))}\n"


def cases() -> list[Case]:
    """Return every case of the page."""
    return [Case(*found) for found in CASE.findall(PAGE.read_text(encoding="utf-8"))]


def test_there_are_many_kinds() -> None:
    """Of text, of names, of values, of units, of what keys say together."""
    found = cases()
    assert len(found) >= 35
    assert len(found) == PAGE.read_text(encoding="utf-8").count("\n## ")


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.about)
def test_a_person_sees_every_mistake_with_its_place_and_remedy(case: Case) -> None:
    """In 80 columns."""
    assert case.found == case.told
    longest = max(case.found.splitlines(), key=len)
    assert len(longest) <= 80, longest


def main() -> None:
    """Write the page again as it reads now."""
    text = PAGE.read_text(encoding="utf-8")
    for case in cases():
        text = text.replace(f"```text\n{case.told}```", f"```text\n{case.found}```", 1)
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
