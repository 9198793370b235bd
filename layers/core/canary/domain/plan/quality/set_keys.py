"""The set's keys of a quality guard: which records, and how their file is written."""

import codecs
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from canary.domain.model import Frozen

SetFormat = Literal["csv", "jsonl", "json", "parquet"]
CellType = Literal["text", "number"]

Column = int | Annotated[str, Field(min_length=1, max_length=256)]
"""A column by its index (negative counts from the end) or by its name."""


class SetKeys(Frozen):
    """Which records are sent to both variants, and how their file is written.

    `labelled_set` is an s3:// address or a local path; `format` follows from its suffix unless
    given (a gzip file is unpacked); `header` says whether the first line of a CSV names its columns
    (unless given: it does when a column is named). `drop_columns` are left out of the request
    besides label and id, and so is the slice column when `send_slice_column` is false.

    How a CSV is written: `delimiter` is one character or "tab" (unless given a comma; a file that
    reads otherwise is refused), `quote` is `"` or "none", `escape` the character before a quote
    inside a quoted field where quotes are not doubled. `encoding` is a codec's name (unless given
    UTF-8, or what the file's byte order mark says).

    A CSV has no types. Where a request has (JSON, npy), a column is numbers when each of its cells
    is a number as JSON writes them, else text; `column_types` says it for a column by name (by
    index as text without a header). `empty` says what is sent for an empty cell: "text", or "null".
    """

    labelled_set: str = Field(min_length=1, max_length=1_100)
    format: SetFormat | None = None
    header: bool | None = None
    delimiter: str | None = Field(default=None, min_length=1, max_length=3)
    quote: Literal['"', "none"] = '"'
    escape: str | None = Field(default=None, min_length=1, max_length=1)
    encoding: str | None = Field(default=None, min_length=1, max_length=40)
    label_column: Column = 0
    id_column: Column | None = None
    slice_column: Column | None = None
    send_slice_column: bool = True
    drop_columns: tuple[Column, ...] = Field(default=(), max_length=1_000)
    column_types: dict[str, CellType] = Field(default={}, max_length=1_000)
    empty: Literal["text", "null"] = "text"

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
