"""Cold starts: processor time from nothing to a function that waits for its event, beside its
floor.

    python -m benchmarks.cold.run [--repeat N] [--python PATH] [--before FOLDER]
    python -m benchmarks.cold.run --short     once, for CI: the machinery, not the figures

A function's start is its handler's module imported with the variables template.yaml gives it: its
imports, its settings, its use case and its clients. Its floor is what it cannot do without: boto3,
powertools' logger (and its metrics where it counts), one pydantic model of each kind it reads, and
the clients it starts with, all of one session. Both run in fresh interpreters, N times by turns,
and the least of each counts: whatever else the machine does only adds. `--python` names the
interpreter, 3.13 as Lambda runs where there is one with the functions' packages, else this one.
`--before` puts another checkout's starts beside these, by turns in the same run.

The evaluator starts as for a look that finds no new labels; its second row adds what an evaluation
loads. The table goes to standard output, the numbers to out/bench/cold.json. No time is asserted:
tests/house/test_starts.py holds which packages each function loads.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.template import FUNCTIONS, environment_of

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "out/bench/cold.json"
CLIENTS: Mapping[str, tuple[str, ...]] = {
    "planner": ("cloudwatch", "dynamodb", "sagemaker", "sns", "application-autoscaling"),
    "shifter": ("dynamodb", "sagemaker", "application-autoscaling"),
    "stager": ("sagemaker", "dynamodb"),
    "collector": ("dynamodb", "cloudwatch", "sagemaker", "events", "sns"),
    "evaluator": ("dynamodb", "events"),
    "decider": ("dynamodb", "stepfunctions", "sns", "events", "s3", "cloudwatch", "sagemaker"),
    "starter": (
        "dynamodb",
        "sagemaker",
        "s3",
        "stepfunctions",
        "sns",
        "resourcegroupstaggingapi",
    ),
}
"""The services that a function's first clients are of."""
COUNTS = ("collector", "decider")
FLOOR = """
import boto3
from aws_lambda_powertools import Logger{metrics}
from pydantic import BaseModel, TypeAdapter, model_validator
class Model(BaseModel):
    number: int = 1
    @model_validator(mode="before")
    @classmethod
    def read(cls, data): return data
TypeAdapter(Model)
Logger()
for service in {services!r}:
    boto3.client(service)
"""
EVALUATION = (
    "import canary.wiring.aside.evaluation, canary_scoring.scoring, canary.flow.labelled.rounds\n"
)
EVALUATION_FLOOR = "boto3.client('s3'), boto3.client('sagemaker')\nimport sklearn.metrics\n"


def cpu_seconds(python: str, tree: Path, script: str, variables: Mapping[str, str]) -> float:
    """Return the processor seconds of a fresh interpreter that runs a script."""
    path = os.pathsep.join(str(tree / part) for part in (".", "layers/core", "layers/scoring"))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": path,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
        "AWS_LAMBDA_RUNTIME_API": "127.0.0.1:9001",
        **variables,
    }
    # A function that has started goes on: what an interpreter does to end is nobody's start.
    command = [python, "-c", f"{script}\nimport os\nos._exit(0)"]
    process = subprocess.Popen(command, cwd=tree, env=environment)  # noqa: S603 -- our own words
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{python} failed on: {script}")
    return used.ru_utime + used.ru_stime


def starts(before: Path | None) -> list[tuple[str, list[tuple[Path, str]], dict[str, str]]]:
    """Return each row's name, the scripts to be measured by turns (floor, start, the start of
    another checkout) with their trees, and their variables.
    """
    found = []
    for function in FUNCTIONS:
        metrics = ", Metrics\nMetrics()" if function in COUNTS else ""
        floor = FLOOR.format(metrics=metrics, services=CLIENTS[function])
        variables = environment_of(function)
        start = f"import functions.{function}.app as app\n"
        # A checkout that builds at its first call is asked to build, so that both end alike.
        use = f"_{'deciding' if function == 'decider' else function}"
        scripts = [(ROOT, floor), (ROOT, start)]
        if before:
            scripts.append((before, f"{start}app.{use}()"))
        found.append((function, scripts, variables))
        if function == "evaluator":
            rest = "canary_scoring.scorer, canary.flow.labelled.evaluate\n"
            more = [(ROOT, floor + EVALUATION_FLOOR), (ROOT, start + EVALUATION)]
            if before:
                more.append((before, f"{start}app.{use}()\nimport {rest}"))
            found.append(("evaluator, evaluating", more, variables))
    return found


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--short", dest="repeat", action="store_const", const=1, help="once")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--before", type=Path)
    given = parser.parse_args()
    ask = "import platform, boto3; print(platform.python_version(), boto3.__version__)"
    said = subprocess.run(  # noqa: S603 -- the interpreter the caller names
        [given.python, "-c", ask], capture_output=True, text=True, check=True
    )
    version, sdk = said.stdout.split()
    print(f"Python {version}, boto3 {sdk}, {platform.machine()}; milliseconds of processor time")
    print(f"{'function':<22} {'floor':>6} {'start':>6} {'times':>6} {'before':>7} {'times':>6}")
    rows = []
    for name, scripts, variables in starts(given.before and given.before.resolve()):
        taken = [
            [cpu_seconds(given.python, tree, script, variables) for tree, script in scripts]
            for _ in range(given.repeat)
        ]
        floor, start, *earlier = (min(each) * 1000 for each in zip(*taken, strict=True))
        row = {
            "function": name,
            "floor_ms": round(floor),
            "start_ms": round(start),
            "times": round(start / floor, 2),
        }
        if earlier:
            row |= {"before_ms": round(earlier[0]), "before_times": round(earlier[0] / floor, 2)}
        rows.append(row)
        print(
            f"{name:<22} {row['floor_ms']:>6} {row['start_ms']:>6} {row['times']:>6} "
            f"{row.get('before_ms', ''):>7} {row.get('before_times', ''):>6}",
            flush=True,
        )
    OUT.parent.mkdir(parents=True, exist_ok=True)
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    kept = {
        "python": version,
        "boto3": sdk,
        "repeat": given.repeat,
        "machine": f"{platform.machine()}, {cores} cores, {load:.0f} processes at work",
        "rows": rows,
    }
    OUT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
