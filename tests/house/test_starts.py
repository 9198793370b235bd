"""What a function loads before its first event: each package here is paid for by every cold start.

Held by name, never by time: `python -m benchmarks.cold.run` measures. A package that is new fails
here with what it costs; whoever needs it adds it with the reason, or loads it where it is used.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from benchmarks.house import ROOT
from tests.template import FUNCTIONS, environment_of

SDK = {"boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
"""boto3 and what it brings."""
MODELS = {"annotated_types", "pydantic", "pydantic_core", "typing_extensions", "typing_inspection"}
"""pydantic and what it brings."""
LOGS = {"aws_lambda_powertools"}
FOUND_HERE = {"OpenSSL", "awscrt", "brotli", "certifi", "cryptography", "h2", "zstandard"}
"""What the SDK takes along where a machine happens to have it; Lambda's runtime does not."""
OURS = {"canary", "canary_scoring", "functions"}
TIMED = re.compile(r"import time:\s+(\d+) \|\s+\d+ \|\s+([\w.]+)")


def loaded(function: str) -> dict[str, list[int]]:
    """Return the microseconds of every module that a function's start loads, by its package."""
    path = os.pathsep.join(str(ROOT / part) for part in (".", "layers/core", "layers/scoring"))
    environment = {**os.environ, "PYTHONPATH": path, "AWS_DEFAULT_REGION": "eu-west-1"}
    start = f"import sys, functions.{function}.app\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", start],
        cwd=ROOT,
        env={**environment, **environment_of(function)},
        capture_output=True,
        text=True,
        check=True,
    )
    times = {name: int(microseconds) for microseconds, name in TIMED.findall(done.stderr)}
    found: dict[str, list[int]] = {}
    for name in done.stdout.split():
        found.setdefault(name.partition(".")[0], []).append(times.get(name, 0))
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_start_loads_no_package_but_those_named_here(function: str) -> None:
    """Its use case and clients included; scikit-learn waits for the first report."""
    found = loaded(function)
    assert {*SDK, *LOGS, *OURS} - {"canary_scoring"} <= found.keys()
    known = SDK | MODELS | LOGS | OURS | FOUND_HERE | sys.stdlib_module_names
    new = {
        package: f"{len(times)} modules, {sum(times) / 1000:.0f} ms here"
        for package, times in found.items()
        if package not in known and not package.startswith("_")
    }
    assert new == {}, f"{function} loads more before its first event"


@pytest.mark.parametrize("api", [{}, {"AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001"}])
def test_garbage_is_looked_for_once_a_function_has_started(api: dict[str, str]) -> None:
    """In Lambda what the start made is left out for good; elsewhere nothing is frozen."""
    path = os.pathsep.join(str(ROOT / part) for part in (".", "layers/core"))
    environment = {**os.environ, "PYTHONPATH": path, "AWS_DEFAULT_REGION": "eu-west-1", **api}
    start = (
        "import gc, functions.shifter.app\nprint(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    )
    done = subprocess.run(
        [sys.executable, "-c", start],
        cwd=ROOT,
        env={**environment, **environment_of("shifter")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", str(bool(api))]
