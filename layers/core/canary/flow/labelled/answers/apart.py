"""A failing request of several records asked again record by record, before any of them counts as
failed: one record that breaks a model takes the others of its request along. Where none of
them is such a record the request as a whole is what the variant fails, which counts too.

Rules: bounded. A request whose first records all fail alone too is left as it is, and a variant of
which several requests in a row ended so is not asked again until one of its requests succeeds.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from canary.domain.plan.quality.answer_keys import Role
from canary.flow.labelled.answers.answered import Broken, Side
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.labelled.examples import Example

TRIED_FIRST = 3
"""Records that all fail alone before the rest of a request is believed to fail too."""
IN_VAIN = 5
"""Requests in a row, none of whose records succeeded alone, before a variant is left alone."""


@dataclass(frozen=True)
class Apart:
    """Asks records alone; `in_vain` counts by variant the requests for which that was no use."""

    in_vain: dict[Role, int] = field(default_factory=dict)

    def mended(
        self,
        role: Role,
        examples: Sequence[Example],
        told: list[Told],
        ask: Callable[[Example], Told],
    ) -> Side:
        """Return what a variant told about the records of one request, asked about alone where
        nothing could be read of the whole; broken where any of them was answered so.
        """
        if not all(isinstance(one, Failed) for one in told):
            self.in_vain[role] = 0
            return Side(told)
        if len(examples) < 2 or self.in_vain.get(role, 0) >= IN_VAIN:
            return Side(told)
        found: list[Told] = []
        for example in examples:
            if len(found) == TRIED_FIRST and _all_failed(found):
                break
            found.append(ask(example))
        self.in_vain[role] = self.in_vain.get(role, 0) + 1 if _all_failed(found) else 0
        failed = sum(isinstance(one, Failed) for one in found)
        broken = Broken(_cause(told[0]), failed) if failed < len(found) else None
        return Side([*found, *told[len(found) :]], broken)


def _cause(told: Told) -> str:
    return told.text if isinstance(told, Failed) else ""


def _all_failed(told: Sequence[Told]) -> bool:
    return all(isinstance(one, Failed) for one in told)
