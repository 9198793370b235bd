"""Audit what is shipped and what it is built with: policy rules over template.yaml, known
vulnerabilities in the locks.

Exit code 1 when checkov fails a rule without an explained skip, when a locked version has a known
vulnerability, or when a lock cannot be read. Where the vulnerability service does not answer, or
knows none of the packages, nothing was audited: that is said loudly, and is a failure too with
AUDIT_REQUIRED=1. Runs in the audit environment.
"""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-audit" / "bin"
NO_REASON = "No comment provided"
"""What checkov notes for a skip without a reason."""
LOCKS = ("requirements/*.txt", "layers/*/requirements.txt")
UNREACHABLE = re.compile(
    r"requests\.exceptions\.(ConnectionError|ProxyError|SSLError|\w*Timeout|RetryError|\w*DecodeError|\w*EncodingError)\b"
    r"|pip_audit\._service\.interface\.(ConnectionError\b|ServiceError$)"
    r"|ERROR:pip_audit\._cli:Tip: your network may be blocking this service"
)
"""The last line pip-audit writes when its service is what failed: not reached, or no answer of its
own.
"""


class Ran(NamedTuple):
    """What a command wrote to standard output and to standard error, and its exit code."""

    report: str
    problems: str
    code: int


class Audit(NamedTuple):
    """One lock's audit: how many of its packages were looked at, and whether it failed."""

    audited: int
    failed: bool


def main() -> int:
    """Return 0 when the template passes and no lock holds a version with a known vulnerability."""
    failed = policy_rules()
    audits = {lock: vulnerabilities(lock) for lock in locks()}
    unseen = [lock for lock, audit in audits.items() if not audit.audited and not audit.failed]
    if unseen:
        what = "NOTHING WAS AUDITED" if len(unseen) == len(audits) else "NOT AUDITED"
        print(
            f"{what}: the vulnerability service told nothing about {', '.join(unseen)}",
            file=sys.stderr,
        )
    required = os.environ.get("AUDIT_REQUIRED") == "1"
    return int(
        failed or any(audit.failed for audit in audits.values()) or bool(required and unseen)
    )


def locks() -> list[str]:
    """Return the paths of all locks, from the project's root; a lock that is no longer hashed fails
    its audit.
    """
    return sorted(str(path.relative_to(ROOT)) for pattern in LOCKS for path in ROOT.glob(pattern))


def policy_rules() -> bool:
    """Return whether checkov failed a rule over template.yaml, or a skip there has no reason beside
    it.
    """
    command: list[Path | str] = [
        TOOLS / "checkov",
        "--file",
        "template.yaml",
        "--framework",
        "cloudformation",
    ]
    command += ["--output", "json", "--compact", "--skip-download"]
    report = json.loads(run(command).report)
    if not report.get("summary", {}).get("passed") or report["summary"]["parsing_errors"]:
        print("template.yaml: checkov could not read it", file=sys.stderr)
        return True
    failed, skipped = report["results"]["failed_checks"], report["results"]["skipped_checks"]
    unexplained = [
        each for each in skipped if each["check_result"]["suppress_comment"] in {None, NO_REASON}
    ]
    print(
        f"template.yaml: {report['summary']['passed']} rules passed, {len(skipped)} skipped, "
        f"{len(failed)} failed"
    )
    for each in [*failed, *unexplained]:
        print(f"  {each['check_id']} {each['resource']}: {each['check_name']}", file=sys.stderr)
    return bool(failed or unexplained)


def vulnerabilities(lock: str) -> Audit:
    """Return the audit of a lock, and print how many of its packages were looked at and what was
    found.
    """
    command: list[Path | str] = [
        TOOLS / "pip-audit",
        "--disable-pip",
        "--require-hashes",
        "--format",
        "json",
    ]
    ran = run([*command, "--requirement", lock])
    if not ran.report.strip():
        return without_report(lock, ran)
    packages = json.loads(ran.report)["dependencies"]
    audited = [package for package in packages if "skip_reason" not in package]
    found = [(package["name"], each["id"]) for package in audited for each in package["vulns"]]
    missed = len(packages) - len(audited)
    print(
        f"{lock}: {len(audited)} audited, {missed} skipped because the service did not know "
        f"them, {len(found)} found"
    )
    for name, identity in found:
        print(f"  {name}: {identity}", file=sys.stderr)
    # pip-audit's own exit code counts too: it knows of failures that its report does not show.
    return Audit(len(audited), failed=bool(found) or ran.code != 0)


def without_report(lock: str, ran: Ran) -> Audit:
    """Return the audit of a lock that pip-audit reported nothing of: a failure unless its service
    is to blame.
    """
    why = last_line(ran.problems)
    if UNREACHABLE.match(why):
        print(f"{lock}: skipped, the vulnerability service did not answer: {why}")
        return Audit(0, failed=False)
    print(f"{lock}: pip-audit failed with {ran.code}: {why}", file=sys.stderr)
    return Audit(0, failed=True)


def run(command: list[Path | str]) -> Ran:
    """Return what `command` did."""
    # The commands are put together above from words and from the paths of the locks alone.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return Ran(done.stdout, done.stderr, done.returncode)


def last_line(text: str) -> str:
    """Return the last line that begins something: not an indented part of what stands before it."""
    lines = (line for line in reversed(text.splitlines()) if line.strip() and not line[0].isspace())
    return next(lines, "no reason given")


if __name__ == "__main__":
    sys.exit(main())
