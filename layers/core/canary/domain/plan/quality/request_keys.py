"""The request's keys of a quality guard: what is sent of a record, and how the call is made."""

from typing import Literal, Self

from pydantic import Field, JsonValue, model_validator

from canary.domain.model import Frozen
from canary.domain.plan.quality.set_keys import Column

Body = Literal["raw", "base64", "npy"]
BodyForm = Literal["csv", "json", "jsonlines", "column", "npy"]
BodyFrom = Literal["column", "s3"]


class RequestKeys(Frozen):
    """What is sent of each record, and with what."""

    content_type: str = Field(
        default="text/csv",
        min_length=3,
        max_length=128,
        pattern=r"^[\x21-\x7e]+/[\x20-\x7e]+$",
        description="Media type of the request, as InvokeEndpoint has it; it settles how a body is "
        "made of the columns.",
        examples=["application/json"],
    )
    accept: str | None = Field(
        default=None,
        min_length=1,
        max_length=128,
        description="Media type that is asked for in the answer; left out, none is.",
        examples=["application/json"],
    )
    request: JsonValue | None = Field(
        default=None,
        description='The JSON body, with placeholders: "$features" a list of values, "$record" an '
        'object by column name, "${column}" one value, also inside longer text; with [] behind it '
        'the list over the records of a request; "$${" is a literal "${". Left out: {"instances": '
        '"$features[]"}, of application/jsonlines {"features": "$features"} a record.',
        examples=[{"inputs": "Review: ${text}"}],
    )
    body: Body | None = Field(
        default=None,
        description="Another body: `raw` the text or bytes of `body_column`, `base64` the bytes "
        "its text encodes, `npy` the features as an array of float64, a row a record.",
        examples=["raw"],
    )
    body_column: Column | None = Field(
        default=None,
        description="Column that `raw` and `base64` send; left out, the only feature.",
        examples=["image"],
    )
    body_from: BodyFrom = Field(
        default="column",
        description="`s3`: the column holds the address of an object (s3://bucket/key; on the "
        "command line a path too) whose bytes are sent.",
        examples=["s3"],
    )
    records_per_request: int = Field(
        default=1, ge=1, le=1_000, description="Records that share a request.", examples=[10]
    )
    target_model: str | None = Field(
        default=None,
        min_length=1,
        max_length=1_024,
        pattern=r"^[\x20-\x7e]+$",
        description="TargetModel of every call, of a multi-model endpoint.",
        examples=["churn.tar.gz"],
    )
    target_container_hostname: str | None = Field(
        default=None,
        max_length=63,
        pattern=r"^[a-zA-Z0-9](-*[a-zA-Z0-9])*$",
        description="TargetContainerHostname of every call, of a multi-container endpoint.",
        examples=["second"],
    )
    custom_attributes: str | None = Field(
        default=None,
        min_length=1,
        max_length=1_024,
        pattern=r"^[\x20-\x7e]+$",
        description="CustomAttributes of every call.",
        examples=["trace=off"],
    )
    inference_ids: bool = Field(
        default=True,
        description="Whether each call has an InferenceId, canary-<rollout>-<row>, by which "
        "captured data tells this traffic from users'.",
        examples=[False],
    )

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
