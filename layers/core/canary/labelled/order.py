"""The random order in which records are asked: the same for the same seed and size, four bytes a record."""

import random
from array import array


def seeded_order(records: int, seed: str) -> "array[int]":
    """Return a uniformly random permutation of 0..records-1 that depends on nothing but the two arguments."""
    order = array("I", range(records))
    random.Random(seed).shuffle(order)  # noqa: S311 - an order to walk, not a secret
    return order
