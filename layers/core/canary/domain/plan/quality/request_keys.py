"""The request's keys of a quality guard: what is sent of a record, and how the call is made."""

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.quality.set_keys import Column

Body = Literal["raw", "base64", "npy"]
BodyForm = Literal["csv", "json", "jsonlines", "column", "npy"]
BodyFrom = Literal["column", "s3"]


class RequestKeys(Frozen):
    """What is sent of each record, and with what.

    `request` is a JSON body with placeholders: "$features" (list of values), "$record" (object by
    column name) or "${column}"; with [] behind it ("$features[]") the list over the records that
    share the request. "${column}" may stand inside longer text ("Review: ${text}"), which is then
    sent as text; "$${" is a literal "${". Unless given, text/csv sends the features as one line a
    record, application/json {"instances": "$features[]"} and application/jsonlines one {"features":
    "$features"} a record.

    Other bodies: `body` "raw" sends the text or bytes of `body_column` as they are (unless given
    the only feature), "base64" the bytes that its text encodes, "npy" the features of the request's
    records as an array of float64, one row a record. `body_from` "s3" says that the column holds
    the address of an object (s3://bucket/key; on the command line a path too) whose bytes are sent.

    `target_model`, `target_container_hostname` and `custom_attributes` go with every call as
    InvokeEndpoint has them. Each call has an InferenceId "canary-<rollout>-<row>", by which
    captured data tells this traffic from users'; `inference_ids` false leaves it out.
    """

    content_type: str = Field(
        default="text/csv", min_length=3, max_length=128, pattern=r"^[\x21-\x7e]+/[\x20-\x7e]+$"
    )
    accept: str | None = Field(default=None, min_length=1, max_length=128)
    request: JsonValue | None = None
    body: Body | None = None
    body_column: Column | None = None
    body_from: BodyFrom = "column"
    records_per_request: int = Field(default=1, ge=1, le=1_000)
    target_model: str | None = Field(
        default=None, min_length=1, max_length=1_024, pattern=r"^[\x20-\x7e]+$"
    )
    target_container_hostname: str | None = Field(
        default=None, max_length=63, pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$"
    )
    custom_attributes: str | None = Field(
        default=None, min_length=1, max_length=1_024, pattern=r"^[\x20-\x7e]+$"
    )
    inference_ids: bool = True

    @property
    def form(self) -> BodyForm:
        """Return what a body is made of."""
        if self.body is not None:
            return "npy" if self.body == "npy" else "column"
        kind = self.content_type.partition(";")[0].strip().lower()
        if kind in _JSON_LINES:
            return "jsonlines"
        return "csv" if kind == "text/csv" else "json"

    @model_validator(mode="after")
    def _body_fits_the_content_type(self) -> Self:
        kind = self.content_type.partition(";")[0].strip().lower()
        if self.body is None and not _known(kind):
            raise ValueError(
                f"a body of content_type {self.content_type} is not put together from columns; set "
                'body to "raw", "base64" or "npy"'
            )
        if self.request is not None and self.form not in {"json", "jsonlines"}:
            raise ValueError(
                "request is a JSON template; content_type must be application/json or jsonlines, "
                "and body not given"
            )
        if self.form != "column" and (self.body_column is not None or self.body_from != "column"):
            raise ValueError('body_column and body_from need body "raw" or "base64"')
        several = self.records_per_request > 1
        if several and self.form == "column" and not (self.body == "raw" and "text/" in kind):
            raise ValueError("records_per_request above 1 needs a body that has room for several")
        return self


_JSON_LINES = {
    "application/jsonlines",
    "application/jsonl",
    "application/x-jsonlines",
    "application/x-ndjson",
    "application/ndjson",
}


def _known(kind: str) -> bool:
    return kind == "text/csv" or kind in _JSON_LINES or kind.endswith(("/json", "+json"))
