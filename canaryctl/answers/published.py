"""Which command answers what, and the JSON Schemas of it."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from canaryctl.answers.offline import (
    Backtested,
    Drafted,
    Evaluated,
    Failed,
    ForecastLine,
    Probed,
    ReplayLine,
    Validated,
)
from canaryctl.answers.stack import (
    Answered,
    Deletable,
    Examined,
    Reported,
    ReportedAll,
    Started,
    StatusLine,
)
from canaryctl.explain.values import Explanation
from canaryctl.overview.events import EndpointHistory
from canaryctl.overview.rows import RolloutRow

ERROR = "error"
ORDERS = ("pause", "resume", "promote", "rollback", "approve", "reject", "retry", "release")
LINES = frozenset({"forecast", "replay"})
"""Commands that write a document a line."""
ANSWERS: Mapping[str, Any] = {
    "init": Drafted,
    "start": Started,
    "list": list[RolloutRow],
    "status": list[StatusLine],
    "explain": Explanation,
    "history": EndpointHistory,
    "report": Reported | ReportedAll,
    "doctor": Examined,
    "uninstall-check": Deletable,
    "forecast": ForecastLine,
    "replay": ReplayLine | Backtested,
    "evaluate": Evaluated | Probed,
    "validate": Validated,
    **dict.fromkeys(ORDERS, Answered),
    ERROR: Failed,
}
"""By command; `error` is what any of them tells when it cannot go on."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(name: str) -> dict[str, Any]:
    """Return the JSON Schema of what a command answers. Keys that are not in it may be added: a
    reader leaves them alone.
    """
    what = f"canaryctl {name} --json" if name != ERROR else "what any command tells that failed"
    line = ", each line" if name in LINES else ""
    made = TypeAdapter(ANSWERS[name]).json_schema(mode="serialization")
    return {"$schema": DIALECT, **_open(made), "title": f"{what}{line}"}


def _open(schema: Any) -> Any:
    """Return a schema that leaves room for keys to come."""
    if isinstance(schema, list):
        return [_open(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _open(value)
        for key, value in schema.items()
        if not (key == "additionalProperties" and value is False)
    }
