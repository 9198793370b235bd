"""Audit what is shipped: policy rules over template.yaml, known vulnerabilities in the layers' locks.

Exit code 1 when checkov fails a rule without an explained skip, or a locked version has a known vulnerability. Where
the vulnerability service does not answer this is said, not passed over in silence. Runs in the audit environment.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".venv-audit" / "bin"
NO_REASON = "No comment provided"
"""What checkov notes for a skip without a reason."""
LOCKS = ("layers/core/requirements.txt", "layers/scoring/requirements.txt")


def main() -> int:
    """Return 0 when the template passes and no lock holds a version with a known vulnerability."""
    failed = policy_rules()
    for lock in LOCKS:
        failed = vulnerabilities(lock) or failed
    return int(failed)


def policy_rules() -> bool:
    """Return whether checkov failed a rule over template.yaml, or a skip there has no reason beside it."""
    command: list[Path | str] = [TOOLS / "checkov", "--file", "template.yaml", "--framework", "cloudformation"]
    command += ["--output", "json", "--compact", "--skip-download"]
    report = json.loads(output(command)[0])
    if not report.get("summary", {}).get("passed") or report["summary"]["parsing_errors"]:
        print("template.yaml: checkov could not read it", file=sys.stderr)
        return True
    failed, skipped = report["results"]["failed_checks"], report["results"]["skipped_checks"]
    unexplained = [each for each in skipped if each["check_result"]["suppress_comment"] in {None, NO_REASON}]
    print(f"template.yaml: {report['summary']['passed']} rules passed, {len(skipped)} skipped, {len(failed)} failed")
    for each in [*failed, *unexplained]:
        print(f"  {each['check_id']} {each['resource']}: {each['check_name']}", file=sys.stderr)
    return bool(failed or unexplained)


def vulnerabilities(lock: str) -> bool:
    """Return whether a version in `lock` has a known vulnerability, and print how many were looked at."""
    command: list[Path | str] = [TOOLS / "pip-audit", "--disable-pip", "--require-hashes", "--format", "json"]
    command += ["--requirement", lock]
    report, problems = output(command)
    if not report.strip():
        print(f"{lock}: pip-audit skipped, its service did not answer: {last_line(problems)}")
        return False
    packages = json.loads(report)["dependencies"]
    audited = [package for package in packages if "skip_reason" not in package]
    found = [(package["name"], each["id"]) for package in audited for each in package["vulns"]]
    missed = len(packages) - len(audited)
    print(f"{lock}: {len(audited)} audited, {missed} skipped because the service did not know them, {len(found)} found")
    for name, identity in found:
        print(f"  {name}: {identity}", file=sys.stderr)
    return bool(found)


def output(command: list[Path | str]) -> tuple[str, str]:
    """Return what `command` wrote to standard output and to standard error; its exit code says no more than they do."""
    # The commands are put together above from words and from LOCKS alone.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout, done.stderr


def last_line(text: str) -> str:
    """Return the last line that says something."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no reason given")


if __name__ == "__main__":
    sys.exit(main())
