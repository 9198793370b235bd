"""Shares for sets: the F1 of entity spans, and of the labels of one record."""

from collections.abc import Set as AbstractSet
from typing import Any

Span = tuple[int, int, str]
"""An entity: its first character, the one behind its last, and its type."""


def f1_of_sets(wanted: AbstractSet[Any], told: AbstractSet[Any]) -> float:
    """Return 2 x shared / (wanted + told), 0 to 1; 1 where both are empty.

    For labels scikit-learn's `f1_score(average="samples", zero_division=1)`. For entities exact
    spans and types count, as in CoNLL-2003 (Tjong Kim Sang and De Meulder), one record at a time.
    """
    total = len(wanted) + len(told)
    return 2 * len(wanted & told) / total if total else 1.0
