"""Which column is what: label, id, slice, features; resolved once from the spec and the set's first line."""

from dataclasses import dataclass

from canary.domain.errors import Refused
from canary.domain.quality import Column, QualityGuardSpec

Value = str | int | float | bool | None | list["Value"] | dict[str, "Value"]


@dataclass(frozen=True)
class Layout:
    """Column positions of one labelled set; `names` is empty for a CSV without a header."""

    names: tuple[str, ...]
    width: int
    label: int
    record_id: int | None
    slice: int | None
    features: tuple[int, ...]

    def feature_names(self) -> tuple[str, ...]:
        """Return the features' names; a column without a name is called by its index."""
        return tuple(self.names[i] if self.names else str(i) for i in self.features)


def resolve_layout(spec: QualityGuardSpec, names: tuple[str, ...], width: int) -> Layout:
    """Return the layout of a set `width` columns wide; raise Refused naming the spec's field that does not fit."""
    label = _position("label_column", spec.label_column, names, width)
    record_id = _optional("id_column", spec.id_column, names, width)
    slice_ = _optional("slice_column", spec.slice_column, names, width)
    unsent = {label, record_id} | {_position("drop_columns", column, names, width) for column in spec.drop_columns}
    if not spec.send_slice_column:
        unsent.add(slice_)
    features = tuple(i for i in range(width) if i not in unsent)
    if not features:
        raise Refused(
            "guards.quality.label_column", "no column is left to send as a feature", "Check the columns named"
        )
    return Layout(names, width, label, record_id, slice_, features)


def _optional(field: str, column: Column | None, names: tuple[str, ...], width: int) -> int | None:
    return None if column is None else _position(field, column, names, width)


def _position(field: str, column: Column, names: tuple[str, ...], width: int) -> int:
    if isinstance(column, int):
        if not -width <= column < width:
            raise _refused(field, f"there is no column {column}: the set has {width} (0 to {width - 1})")
        return column % width
    if not names:
        raise _refused(
            field,
            f"the set has no header, so no column is called {column!r}",
            "Give the column's index, or header true",
        )
    if column not in names:
        shown = ", ".join(names[:12]) + (", ..." if len(names) > 12 else "")
        raise _refused(field, f"no column is called {column!r}; the set has {shown}")
    return names.index(column)


def _refused(field: str, problem: str, remedy: str = "Name a column the set has") -> Refused:
    return Refused(f"guards.quality.{field}", problem, remedy)
