"""The time of an account on this machine: it need not be the wall's."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlsplit

TIME_PATH = "/_account/time"
ANSWER_SECONDS = 5.0


def is_here(url: str) -> bool:
    """Return whether an address is one of this machine."""
    return urlsplit(url).hostname in {"127.0.0.1", "localhost"}


def account_now(url: str) -> datetime:
    """Return the time (aware, UTC) of the account at an address; the wall's where the account has
    none of its own, as other emulators.
    """
    connection = HTTPConnection(urlsplit(url).netloc, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET", TIME_PATH)
        return datetime.fromisoformat(json.loads(connection.getresponse().read())["now"])
    except (OSError, HTTPException, ValueError, KeyError, TypeError):
        return datetime.now(UTC)
    finally:
        connection.close()
