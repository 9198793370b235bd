"""An array of numbers in NumPy's own format, version 1.0, written without NumPy.

Source: NEP 1, "A simple file format for NumPy arrays": magic, version, length of a header that is a
Python literal padded to a multiple of 64, then the numbers, little-endian and row by row.
"""

import struct
from collections.abc import Sequence

_MAGIC = b"\x93NUMPY\x01\x00"


def npy(rows: Sequence[Sequence[float]]) -> bytes:
    """Return the rows, all of one length, as an array of float64 with the shape (rows, columns)."""
    shape = (len(rows), len(rows[0]))
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': {shape}, }}".encode()
    padding = -(len(_MAGIC) + 2 + len(header) + 1) % 64
    header += b" " * padding + b"\n"
    numbers = [number for row in rows for number in row]
    return (
        _MAGIC
        + struct.pack("<H", len(header))
        + header
        + struct.pack(f"<{len(numbers)}d", *numbers)
    )
