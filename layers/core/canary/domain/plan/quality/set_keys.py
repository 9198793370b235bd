"""The set's and the request's keys of a quality guard: which records, and what is sent of them."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from canary.domain.model import Frozen

SetFormat = Literal["csv", "jsonl", "json", "parquet"]

Column = int | Annotated[str, Field(min_length=1, max_length=256)]
"""A column by its index (negative counts from the end) or by its name."""


class SetKeys(Frozen):
    """What is sent to both variants.

    The set
        `labelled_set` is an s3:// address or a local path; `format` follows from its suffix unless
        given; `header` says whether the first line of a CSV names its columns (unless given: it
        does when a column is named). `drop_columns` are left out of the request besides label and
        id, and so is the slice column when `send_slice_column` is false.
    The request
        `request` is a JSON body with placeholders: "$features" (list of values), "$record" (object
        by column name) or "${column}"; with [] behind it ("$features[]") the list over the records
        that share the request. Unless given, text/csv sends the features as one line a record,
        application/json {"instances": "$features[]"} and application/jsonlines one {"features":
        "$features"} a record.
    """

    labelled_set: str = Field(min_length=1, max_length=1_100)
    format: SetFormat | None = None
    header: bool | None = None
    label_column: Column = 0
    id_column: Column | None = None
    slice_column: Column | None = None
    send_slice_column: bool = True
    drop_columns: tuple[Column, ...] = Field(default=(), max_length=1_000)
    content_type: Literal["text/csv", "application/json", "application/jsonlines"] = "text/csv"
    accept: str | None = Field(default=None, min_length=1, max_length=128)
    request: JsonValue | None = None
    records_per_request: int = Field(default=1, ge=1, le=1_000)
