"""Answers with status 200 that say that there is no answer: an error object."""

from typing import Any

from canary.labelled.numbers import UnreadableAnswer, is_number

ERROR_KEYS = frozenset(
    {
        "detail",
        "details",
        "error",
        "error_message",
        "error_type",
        "errormessage",
        "errors",
        "errortype",
        "exception",
        "failure",
        "fault",
        "message",
        "reason",
        "stacktrace",
        "traceback",
    }
)
_ABOUT_ERRORS = frozenset(
    {
        "code",
        "error_code",
        "errorcode",
        "ok",
        "path",
        "request_id",
        "requestid",
        "status",
        "status_code",
        "statuscode",
        "success",
        "timestamp",
        "type",
    }
)


class ErrorAnswer(UnreadableAnswer):
    """An answer by which the model says that it has none: a failure, whatever the reading."""

    def __init__(self) -> None:
        """Say what it is; what it says is kept apart."""
        super().__init__("the model answers with an error object")


def is_error(value: Any) -> bool:
    """Return whether a value is an object that tells an error and nothing else."""
    if not isinstance(value, dict):
        return False
    told = {str(key).lower(): held for key, held in value.items() if not _is_nothing(held)}
    errors = [told[key] for key in ERROR_KEYS & told.keys()]
    if not errors or not told.keys() <= ERROR_KEYS | _ABOUT_ERRORS:
        return False
    return any(held is True or not is_number(held) for held in errors)


def _is_nothing(value: Any) -> bool:
    return value is None or value is False or value in ("", [], {})
