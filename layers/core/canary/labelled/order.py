"""The random order in which records are asked: the same for the same seed and size, in memory that
does not grow.

Up to 65,536 records it is a shuffle, uniform over all orders. Beyond, a keyed permutation that is
computed place by place: a Feistel network over Z_a x Z_b with a*b just above the number of records,
walked on from places outside (Black and Rogaway, Ciphers with arbitrary finite domains, 2002).
"""

import hashlib
import math
import random
from array import array
from collections.abc import Sequence
from typing import overload

LARGEST_SHUFFLE = 65_536
ROUNDS = 8


def seeded_order(records: int, seed: str) -> Sequence[int]:
    """Return a random permutation of 0..records-1 that depends on nothing but the two arguments."""
    if records > LARGEST_SHUFFLE:
        return KeyedPermutation(records, seed)
    order = array("I", range(records))
    random.Random(seed).shuffle(order)  # noqa: S311 - an order to walk, not a secret
    return order


class KeyedPermutation(Sequence[int]):
    """A permutation of 0..records-1 by a key; a microsecond a place, and no list of them.

    A round hashes one half of a number, of which there are no more than the square root of the
    records: all of them are hashed once, 8,000 for a million records.
    """

    def __init__(self, records: int, seed: str) -> None:
        """Take the size, at least 1, and the seed."""
        self._records = records
        self._left = math.isqrt(records - 1) + 1
        self._right = -(-records // self._left)
        self._key = hashlib.sha256(seed.encode()).digest()
        sizes = (self._right, self._left)
        self._rounds = [
            array("Q", (self._hash(turn, half) for half in range(sizes[turn % 2])))
            for turn in range(ROUNDS)
        ]

    def __len__(self) -> int:
        """Return the number of places."""
        return self._records

    @overload
    def __getitem__(self, place: int) -> int: ...
    @overload
    def __getitem__(self, place: slice) -> list[int]: ...
    def __getitem__(self, place: int | slice) -> int | list[int]:
        """Return what stands at a place."""
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._records))]
        if not 0 <= place < self._records:
            raise IndexError(place)
        found = self._mixed(place)
        while found >= self._records:
            found = self._mixed(found)
        return found

    def _mixed(self, number: int) -> int:
        """Return a permutation of 0..a*b-1 at one place: each round adds to one half a hash of the
        other.
        """
        rounds, lefts, rights = self._rounds, self._left, self._right
        right, left = divmod(number, lefts)
        for turn in range(0, ROUNDS, 2):
            left = (left + rounds[turn][right]) % lefts
            right = (right + rounds[turn + 1][left]) % rights
        return right * lefts + left

    def _hash(self, turn: int, half: int) -> int:
        text = (half << 8 | turn).to_bytes(9, "little")
        return int.from_bytes(
            hashlib.blake2b(text, digest_size=8, key=self._key).digest(), "little"
        )
