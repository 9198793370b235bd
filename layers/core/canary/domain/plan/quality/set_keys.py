"""The set's keys of a quality guard: which records, and how their file is written."""

import codecs
import re
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from canary.domain.model import Frozen

SetFormat = Literal["csv", "jsonl", "json", "parquet"]
CellType = Literal["text", "number"]

Column = int | Annotated[str, Field(min_length=1, max_length=256)]
"""A column by its index (negative counts from the end) or by its name."""

S3_ADDRESS = re.compile(r"s3://([^/?#\s]+)/(.+)", re.DOTALL)
"""Bucket and key of an object, as one is written."""


class SetKeys(Frozen):
    """Which records are sent to both variants, and how their file is written."""

    labelled_set: str = Field(
        min_length=1,
        max_length=1_100,
        description="Address of the file with the labelled records: s3://bucket/key, or on the "
        "command line a local path. A gzip file is unpacked.",
        examples=["s3://bucket/churn.csv"],
    )
    format: SetFormat | None = Field(
        default=None,
        description="What the file is; left out, what its suffix says.",
        examples=["jsonl"],
    )
    header: bool | None = Field(
        default=None,
        description="Whether the first line of a CSV names its columns; left out, it does when a "
        "column is named.",
        examples=[True],
    )
    delimiter: str | None = Field(
        default=None,
        min_length=1,
        max_length=3,
        description='What separates the columns of a CSV, one character or "tab"; left out a '
        "comma, and a file that reads otherwise is refused.",
        examples=[";", "tab"],
    )
    quote: Literal['"', "none"] = Field(
        default='"',
        description="What quotes the fields of a CSV; `none` makes quotes text.",
        examples=["none"],
    )
    escape: str | None = Field(
        default=None,
        min_length=1,
        max_length=1,
        description="The character before a quote inside a quoted field, where quotes are not "
        "doubled.",
        examples=["\\"],
    )
    encoding: str | None = Field(
        default=None,
        min_length=1,
        max_length=40,
        description="Name of the file's text encoding; left out UTF-8, or what its byte order mark "
        "says.",
        examples=["latin-1"],
    )
    label_column: Column = Field(
        default=0,
        description="Column of the right answer, by index from 0 (negative from the end) or name; "
        "never sent.",
        examples=["churned", -1],
    )
    id_column: Column | None = Field(
        default=None,
        description="Column that names a record in what is told of it; never sent.",
        examples=["customer"],
    )
    slice_column: Column | None = Field(
        default=None,
        description="Column whose values are the slices of `slices`, and by which the report "
        "tells apart.",
        examples=["region"],
    )
    send_slice_column: bool = Field(
        default=True,
        description="Whether the slice column is a feature of the request too.",
        examples=[False],
    )
    drop_columns: tuple[Column, ...] = Field(
        default=(),
        max_length=1_000,
        description="Columns that are not sent, besides label and id.",
        examples=[["phone", 3]],
    )
    column_types: dict[str, CellType] = Field(
        default={},
        max_length=1_000,
        description="What the cells of a CSV's column are, by its name (by its index as text "
        "without a header); left out, numbers where each of its cells is one as JSON writes them.",
        examples=[{"zip": "text"}],
    )
    empty: Literal["text", "null"] = Field(
        default="text",
        description="What a JSON request holds for an empty cell: `text` an empty text, `null` "
        "null.",
        examples=["null"],
    )

    @field_validator("delimiter")
    @classmethod
    def _one_character(cls, value: str | None) -> str | None:
        if value is not None and value != "tab" and (len(value) != 1 or value in '"\r\n'):
            raise ValueError(f'{value!r} is not one character or "tab"')
        return value

    @field_validator("encoding")
    @classmethod
    def _known_codec(cls, value: str | None) -> str | None:
        try:
            text = value is None or codecs.lookup(value)._is_text_encoding  # noqa: SLF001 - what open() looks at too
        except LookupError:
            text = False
        if not text:
            raise ValueError(f"no text encoding is called {value!r}; utf-8, utf-16, latin-1 are")
        return value

    @model_validator(mode="after")
    def _characters_differ(self) -> Self:
        given = [one for one in (self.delimiter, self.quote, self.escape) if one is not None]
        if len(set(given)) < len(given):
            raise ValueError("delimiter, quote and escape must be different characters")
        return self
