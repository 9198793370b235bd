"""What passes for an audit: a lock that was not looked at is never quietly a good one."""

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from requirements import lock

LOCKS = [each.path for each in lock.LOCKS]
UNREACHABLE = (
    "Traceback:\n  ...\nrequests.exceptions.ProxyError: "
    "HTTPSConnectionPool(host='x'): Max retries exceeded\n"
)
NO_LOCK = (
    "ERROR:pip_audit._cli:requirement file x contains invalid specifier at line 1:\n    "
    "nonsense==\n      ^\n"
)


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The audit with a template that passes, required by nobody."""
    spec = importlib.util.spec_from_file_location("audit", Path(".ci/audit.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "audit", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "policy_rules", lambda: False)
    monkeypatch.delenv("AUDIT_REQUIRED", raising=False)
    return module


def told(*vulnerabilities: str, skipped: bool = False) -> str:
    """Return pip-audit's report on one package."""
    package: dict[str, Any] = {"name": "botocore", "version": "1.0"}
    known = {"vulns": [{"id": name} for name in vulnerabilities]}
    return json.dumps(
        {"dependencies": [package | ({"skip_reason": "not found"} if skipped else known)]}
    )


def answered(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    rest: tuple[str, str, int],
    **of: tuple[str, str, int],
) -> int:
    """Return the audit's exit code where pip-audit does so for every lock, but as `of` says for
    those that end so.
    """

    def run(command: list[Path | str]) -> object:
        asked = Path(str(command[-1])).stem
        return audit.Ran(*of.get(asked, rest))

    monkeypatch.setattr(audit, "run", run)
    return int(audit.main())


CLEAN, UNKNOWN = (told(), "", 0), (told(skipped=True), "", 0)
CASES: Mapping[str, tuple[tuple[str, str, int], int]] = {
    "nothing found": (CLEAN, 0),
    "a vulnerability": ((told("CVE-1"), "", 1), 1),
    "the lock is no lock": (("", NO_LOCK, 1), 1),
    "failed without a word": (("", "", 1), 1),
    "failed beside a clean report": ((told(), "", 1), 1),
    "the service cannot be reached": (("", UNREACHABLE, 1), 0),
    "the service knows none of the packages": (UNKNOWN, 0),
}


def test_every_lock_is_audited(audit: ModuleType) -> None:
    """What builds and tests the project counts like what is shipped."""
    assert sorted(audit.locks()) == sorted(LOCKS)


@pytest.mark.parametrize("case", CASES)
def test_only_a_service_that_does_not_answer_is_excused(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    """Whatever else one lock's audit ends with fails the whole."""
    one, code = CASES[case]
    assert answered(audit, monkeypatch, CLEAN, dev=one) == code


@pytest.mark.parametrize("one", [UNKNOWN, ("", UNREACHABLE, 1)], ids=["unknown", "unreachable"])
def test_it_is_said_loudly_that_nothing_was_audited(
    audit: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    one: tuple[str, str, int],
) -> None:
    """The machine may have no such service; its silence must not read like a clean bill."""
    assert answered(audit, monkeypatch, one) == 0
    assert "NOTHING WAS AUDITED: " in capsys.readouterr().err


def test_where_the_audit_is_required_a_lock_that_was_not_audited_fails_it(
    audit: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One such lock is enough, and it is named."""
    monkeypatch.setenv("AUDIT_REQUIRED", "1")
    assert answered(audit, monkeypatch, CLEAN) == 0
    assert answered(audit, monkeypatch, CLEAN, sam=UNKNOWN) == 1
    assert "NOT AUDITED: " in (said := capsys.readouterr().err)
    assert "requirements/sam.txt" in said
