"""How a function starts: its use case is built once, while it starts, on one session."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from canary import wiring
from canary.domain.errors import Misconfigured
from canary.wiring import clients


def test_a_use_case_is_built_while_the_function_starts() -> None:
    """Where it has a whole processor; its first call finds it there."""
    built: list[str] = []

    def build() -> str:
        built.append("once")
        return "use case"

    use = wiring.at_start(build)
    assert built == ["once"]
    assert (use(), use()) == ("use case", "use case")
    assert built == ["once"]


def test_an_incomplete_environment_fails_the_call_and_not_the_start() -> None:
    """A start that fails tells no state machine what is missing; and it heals with the
    environment.
    """
    missing = ["TABLE_NAME: is missing"]

    def build() -> str:
        if missing:
            raise Misconfigured(missing[0])
        return "use case"

    use = wiring.at_start(build)
    with pytest.raises(Misconfigured, match="TABLE_NAME"):
        use()
    missing.clear()
    assert use() == "use case"


def test_all_clients_are_of_one_session(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each session would read the SDK's files again, which is most of what a client costs."""
    sessions: list[Any] = []

    def client(self: Any, service: str, **_: Any) -> str:
        sessions.append(self)
        return service

    monkeypatch.setattr(boto3.session.Session, "client", client)
    assert [clients.client("sns"), clients.client("s3")] == ["sns", "s3"]
    assert sessions[0] is sessions[1]
