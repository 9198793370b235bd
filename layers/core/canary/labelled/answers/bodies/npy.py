"""The array in a .npy body as nested lists, without numpy (NumPy enhancement proposal 1, format
versions 1 to 3).

Rules: numbers, booleans and fixed-width text alone; an array of objects is a pickle, which is never
opened.
"""

import ast
import math
import struct
from typing import Any

from canary.labelled.numbers import UnreadableAnswer

MAGIC = b"\x93NUMPY"
_CODES = {
    "b1": "?",
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "i8": "q",
    "u8": "Q",
    "f2": "e",
    "f4": "f",
    "f8": "d",
}


def read_npy(body: bytes) -> Any:
    """Return the array as nested lists, a single value for no dimension; raise UnreadableAnswer for
    a broken or unsupported one.
    """
    try:
        header, start = _header(body)
        shape, descr = tuple(int(n) for n in header["shape"]), str(header["descr"])
        values = _values(body[start:], descr, math.prod(shape))
        if header["fortran_order"]:
            return transposed(nested(values, shape[::-1]), len(shape))
    except (ValueError, SyntaxError, KeyError, TypeError, struct.error, IndexError):
        raise UnreadableAnswer("the answer is not an npy array of numbers or text") from None
    return nested(values, shape)


def _header(body: bytes) -> tuple[dict[str, Any], int]:
    wide = body[6] >= 2
    start = 12 if wide else 10
    (length,) = struct.unpack("<I" if wide else "<H", body[8:start])
    header = ast.literal_eval(body[start : start + length].decode("utf-8" if wide else "latin-1"))
    return header, start + length


def _values(data: bytes, descr: str, count: int) -> list[Any]:
    order, kind = descr[0], descr[1:]
    sign = ">" if order == ">" else "<"
    if kind[:1] in "US":
        size = int(kind[1:]) * (4 if kind[0] == "U" else 1)
        codec = "latin-1" if kind[0] == "S" else "utf-32-be" if sign == ">" else "utf-32-le"
        cells = (data[i * size : (i + 1) * size] for i in range(count))
        return [cell.decode(codec).rstrip("\0") for cell in cells]
    return list(struct.unpack_from(f"{sign}{count}{_CODES[kind]}", data))


def nested(values: list[Any], shape: tuple[int, ...]) -> Any:
    """Return a flat list in row order as nested lists of this shape; raise ValueError where they do
    not fit.
    """
    if math.prod(shape) != len(values) or any(size < 0 for size in shape):
        raise ValueError("the shape does not fit the data")
    for size in reversed(shape[1:]):
        values = [values[i : i + size] for i in range(0, len(values), size)] if size else []
    return values if shape else values[0]


def transposed(values: Any, dimensions: int) -> Any:
    """Return nested lists with the order of their dimensions turned round; two at most."""
    if dimensions > 2:
        raise ValueError("more than two dimensions in Fortran order")
    return [list(row) for row in zip(*values, strict=True)] if dimensions == 2 else values
