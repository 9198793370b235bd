"""README's "Start a rollout" and "Steer it by hand", word for word, against the local account."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from tests.integration.local.laptop import ROOT, Laptop

README = (ROOT / "README.md").read_text(encoding="utf-8")
START = README.split("## Start a rollout")[1].split("\n## ")[0]
STEER = README.split("## Steer it by hand")[1].split("\n## ")[0]
COMMANDS = {
    json.loads(text)["command"]: text
    for text in re.findall(r"^\| `(\{.*?\})`", STEER, re.MULTILINE)
}


def blocks(language: str) -> list[str]:
    """Return the blocks of "Start a rollout" in a language."""
    return re.findall(rf"```{language}\n(.*?)```", START, re.DOTALL)


def execute(laptop: Laptop, document: str) -> str:
    """Return the ARN of a new execution, started as README starts one."""
    machine, start = blocks("bash")[0].strip().splitlines()
    quoted = re.sub(r"--input '.*'", lambda _: f"--input {shlex.quote(document)}", start)
    answer = laptop.said(f"{machine}\n{quoted}")
    return str(json.loads(answer)["executionArn"])


def pass_minutes(laptop: Laptop, minutes: int) -> None:
    """Let time pass."""
    laptop.said(f'curl -sf -X POST "$AWS_ENDPOINT_URL/_account/time?minutes={minutes}"')


def ended(laptop: Laptop, execution: str) -> str:
    """Return status and error of an execution once it is over; a minute passes between looks."""
    describe = f"aws stepfunctions describe-execution --execution-arn {execution}"
    return laptop.said(
        f"while true; do {describe} --query '[status,error]' --output text > ended.txt\n"
        "grep -q RUNNING ended.txt || break\n"
        'curl -sf -X POST "$AWS_ENDPOINT_URL/_account/time?minutes=1" > passed.txt; done\n'
        "cat ended.txt"
    )


@pytest.mark.slow
def test_readme_runs_on_this_machine(tmp_path: Path) -> None:
    """Each block and each command, with the real command line; the weights end as they must."""
    with Laptop(tmp_path, "--clock", "stepped") as laptop:
        first = json.loads(laptop.said(blocks("bash")[0]))["executionArn"]
        pass_minutes(laptop, 4)
        for command in ("pause", "resume", "promote", "rollback"):
            assert ended(laptop, execute(laptop, COMMANDS[command])).startswith("SUCCEEDED"), (
                command
            )
        assert ended(laptop, first) == "FAILED\tRolledBack"
        fuller = execute(laptop, blocks("json")[0])
        assert ended(laptop, execute(laptop, COMMANDS["approve"])) == "FAILED\tRefused"
        assert ended(laptop, execute(laptop, COMMANDS["release"])).startswith("SUCCEEDED")
        assert ended(laptop, fuller) == "FAILED\tHandedOver"
        assert ended(laptop, execute(laptop, COMMANDS["retry"])) == "FAILED\tRefused"
        weights = laptop.said(
            "aws sagemaker describe-endpoint --endpoint-name churn-prod "
            "--query 'ProductionVariants[0].CurrentWeight'"
        )
    assert float(weights) == 1.0
    assert COMMANDS.keys() == {
        *("pause", "resume", "promote", "rollback", "retry", "release", "approve")
    }
    assert (laptop.exit_code, laptop.lines[-1]) == (0, "stopped; nothing was kept.")
