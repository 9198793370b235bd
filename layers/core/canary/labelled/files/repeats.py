"""Records that repeat another one, in label and features or in features alone, from hashes of a
sample.

Rules: memory does not grow with the set. Of all different features those are kept whose hash ends
in enough zero bits that at most 16,384 records are; equal ones share a hash, so the sample has all
of a record's copies or none (Gibbons, Distinct sampling for highly-accurate answers, 2001).
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Collection

MOST_HASHES = 16_384
LABEL_BITS = 32
MOST_LABELS = 20
"""Labels up to which those of one label are looked at by themselves: one class may be copied."""
LEAST_ODDS = 50
"""How unlikely numbers of chance must be to have the divisor that makes them copies."""


class Repeats:
    """How often records come again, read one by one."""

    def __init__(self) -> None:
        """Begin with no record."""
        self._hashes: Counter[int] = Counter()
        self._mask = 0
        self._kept = self.seen = 0

    def see(self, label: str, features: str) -> None:
        """Take one record."""
        self.seen += 1
        found = _hash_of(features, 8)
        if found & self._mask:
            return
        self._hashes[found << LABEL_BITS | _hash_of(label.strip(), LABEL_BITS // 8)] += 1
        self._kept += 1
        while len(self._hashes) > MOST_HASHES:
            self._mask = self._mask << 1 | 1
            self._hashes = Counter(
                {
                    one: count
                    for one, count in self._hashes.items()
                    if not one >> LABEL_BITS & self._mask
                }
            )
            self._kept = self._hashes.total()

    def counted(self) -> tuple[int, int]:
        """Return how many of how many records repeat one that came before."""
        return self._kept - len(self._hashes), self._kept

    def contradicted(self) -> int:
        """Return how many of the looked at records have the features of one with another label."""
        records, labels = Counter[int](), Counter[int]()
        for one, count in self._hashes.items():
            records[one >> LABEL_BITS] += count
            labels[one >> LABEL_BITS] += 1
        return sum(records[features] for features, found in labels.items() if found > 1)

    def copies(self) -> int:
        """Return how many times the set, or all records of one label, were copied: the number that
        divides how often each different record is there; 1 where that may be chance.
        """
        by_label = defaultdict[int, list[int]](list)
        for one, count in self._hashes.items():
            by_label[one & (1 << LABEL_BITS) - 1].append(count)
        groups = [*by_label.values()] if len(by_label) <= MOST_LABELS else []
        return max(map(_copies, [self._hashes.values(), *groups]), default=1)


def _copies(counts: Collection[int]) -> int:
    """Return the divisor of all counts: of k numbers without a pattern it is g or more about once
    in g ^ (k - 1) times.
    """
    divisor = math.gcd(*counts)
    return divisor if divisor ** min(len(counts) - 1, 99) >= LEAST_ODDS else 1


def _hash_of(text: str, size: int) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()
    return int.from_bytes(digest, "little")
