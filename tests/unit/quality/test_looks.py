"""How often an evaluation looks at its tests and saves."""

import pytest

from canary.flow.labelled.looks import look_every


@pytest.mark.parametrize(
    ("position", "step"), [(0, 50), (4_999, 50), (5_000, 100), (9_999, 100), (10_000, 200)]
)
def test_looks_grow_apart_with_the_records(position: int, step: int) -> None:
    """Fifty records at first, then one to two hundredths of those that came before."""
    assert look_every(position) == step


def test_a_look_is_never_late_by_more_than_two_in_a_hundred() -> None:
    """At any size a look waits for at most 2% of the records before it."""
    sizes = [2**k * 5_000 + extra for k in range(8) for extra in (0, 1, 4_999)]
    assert all(look_every(size) <= size / 50 for size in sizes)
    assert look_every(1_000_000) >= 10_000 / 2
