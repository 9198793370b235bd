"""Which column is what: label, id, slice, features; resolved once from the spec and the set's first
line.

A first line that is not known to be a header may be a patient's row: its text is told only where
the spec says that it names the columns.
"""

from dataclasses import dataclass

from canary.domain.errors import Refused
from canary.domain.plan.quality import Column, QualityGuardSpec

Value = str | int | float | bool | bytes | None | list["Value"] | dict[str, "Value"]

MISSING = frozenset({"", "na", "nan", "null", "none", "n/a", "?"})
"""What stands for no label, in lower case, unless the set has a class of that name."""


@dataclass(frozen=True)
class Layout:
    """Column positions of one labelled set; `names` is empty for a CSV without a header.

    `numbers`: the columns of a CSV whose cells are sent as numbers where a request has types.
    `missing`: the labels, in lower case, that mean no label.
    """

    names: tuple[str, ...]
    width: int
    label: int
    record_id: int | None
    slice: int | None
    features: tuple[int, ...]
    numbers: frozenset[int] = frozenset()
    missing: frozenset[str] = MISSING
    weight: int | None = None

    def feature_names(self) -> tuple[str, ...]:
        """Return the features' names; a column without a name is called by its index."""
        return tuple(self.name(i) for i in self.features)

    def name(self, position: int) -> str:
        """Return what a column is called."""
        return self.names[position] if self.names else str(position)


def resolve_layout(spec: QualityGuardSpec, names: tuple[str, ...], width: int) -> Layout:
    """Return the layout of a set `width` columns wide; raise Refused naming the spec's field that
    does not fit.
    """

    def position(field: str, column: Column) -> int:
        return column_position(field, column, names, width, listed=spec.header is True)

    label = position("label_column", spec.label_column)
    record_id = None if spec.id_column is None else position("id_column", spec.id_column)
    slice_ = None if spec.slice_column is None else position("slice_column", spec.slice_column)
    weight = None if spec.weight_column is None else position("weight_column", spec.weight_column)
    unsent = {label, record_id, weight} | {
        position("drop_columns", column) for column in spec.drop_columns
    }
    if not spec.send_slice_column:
        unsent.add(slice_)
    features = tuple(i for i in range(width) if i not in unsent)
    if not features:
        raise Refused(
            "guards.quality.label_column",
            "no column is left to send as a feature",
            "Check the columns named",
        )
    return Layout(names, width, label, record_id, slice_, features, weight=weight)


def column_position(
    field: str, column: Column, names: tuple[str, ...], width: int, *, listed: bool
) -> int:
    """Return where a column is; raise Refused naming the field that asks for it where it is not, or
    is twice.
    """
    if isinstance(column, int):
        if not -width <= column < width:
            raise _refused(
                field, f"there is no column {column}: the set has {width} (0 to {width - 1})"
            )
        return column % width
    if not names:
        raise _refused(
            field,
            f"the set has no header, so no column is called {column!r}",
            "Give the column's index, or header true",
        )
    if column not in names:
        raise _unknown(field, column, names, listed=listed)
    if names.count(column) > 1:
        raise _refused(
            field,
            f"{names.count(column)} columns are called {column!r}",
            "Give the index of the one that is meant",
        )
    return names.index(column)


def is_unicode(text: str) -> bool:
    """Return whether a text can be written at all: no byte of another encoding, no half a
    surrogate.
    """
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def is_garbled(text: str) -> bool:
    """Return whether a text was decoded by another encoding than it was written in."""
    return "\x00" in text or "\ufffd" in text or any("\ud800" <= one <= "\udfff" for one in text)


def _unknown(field: str, column: str, names: tuple[str, ...], *, listed: bool) -> Refused:
    """Return the refusal of a name; the first record's own text is `listed` only where the spec
    calls it a header.
    """
    if any(map(is_garbled, names)):
        problem = f"no column is called {column!r}, and the first record is not the text it was"
        return _refused("encoding", problem, "Name the file's encoding, as utf-16-le or latin-1")
    if listed:
        shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        return _refused(field, f"no column is called {column!r}; the set has {shown}")
    return _refused(
        field,
        f"no column is called {column!r} among the {len(names)} of the first record",
        (
            "Name a column the set has; give its index where a CSV has no header; header true "
            "lists the names"
        ),
    )


def _refused(field: str, problem: str, remedy: str = "Name a column the set has") -> Refused:
    return Refused(f"guards.quality.{field}", problem, remedy)
