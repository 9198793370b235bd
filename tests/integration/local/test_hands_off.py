"""The runbook's "Hands-off", word for word by the real `aws`, on the local account."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.integration.local.laptop import ROOT, Laptop

WEIGHTS = (
    "aws sagemaker describe-endpoint --endpoint-name churn-prod "
    "--query 'ProductionVariants[].[VariantName,CurrentWeight]' --output text"
)
EXECUTIONS = (
    "aws stepfunctions list-executions --state-machine-arn $(aws stepfunctions list-state-machines "
    "--query 'stateMachines[0].stateMachineArn' --output text) "
    "--query 'executions[].[name,status]' --output text"
)
ANEW = """
aws sagemaker create-endpoint-config --endpoint-config-name second --production-variants "$(
  aws sagemaker describe-endpoint-config --endpoint-config-name churn-prod \\
    --query ProductionVariants)"
aws sagemaker update-endpoint --endpoint-name churn-prod --endpoint-config-name second
"""


RUNBOOK = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
SECTION = RUNBOOK.split("\n## Hands-off\n")[1].split("\n## ")[0]
TAG_GROUP, APPROVE, TAG_ENDPOINT = re.findall(r"```bash\n(.*?)```", SECTION, re.DOTALL)


def pass_minutes(laptop: Laptop, minutes: int) -> None:
    """Let time pass."""
    laptop.said(f'curl -sf -X POST "$AWS_ENDPOINT_URL/_account/time?minutes={minutes}"')


def until_over(laptop: Laptop, at_most_minutes: int) -> list[str]:
    """Return name and status of the executions once none runs; ten minutes between looks."""
    for _ in range(0, at_most_minutes, 10):
        said = laptop.said(EXECUTIONS).split()
        if said and "RUNNING" not in said:
            return said
        pass_minutes(laptop, 10)
    raise AssertionError(f"{laptop.said(EXECUTIONS)}\n{laptop.text}")


@pytest.mark.slow
def test_an_approval_is_all_it_takes(tmp_path: Path) -> None:
    """Nothing begins before the approval; then the winner serves alone, the loser is gone, and what
    was kept is opened again so.
    """
    options = ("--clock", "stepped", "--state", "local.json")
    with Laptop(tmp_path, *options) as laptop:
        laptop.said(TAG_GROUP)
        pass_minutes(laptop, 3)
        before = laptop.said(EXECUTIONS), laptop.said(WEIGHTS).split()
        laptop.said(APPROVE)
        pass_minutes(laptop, 3)
        name, status = until_over(laptop, 400)
        after = laptop.said(WEIGHTS).split()
        pass_minutes(laptop, 10)
        again = laptop.said(EXECUTIONS).split()
    assert before == ("", ["Variant1", "1.0", "Variant2", "0.0"])
    assert name.startswith("hands-off-churn-prod-")
    assert (status, after) == ("SUCCEEDED", ["churn-1", "1.0"])
    assert again == [name, status]
    assert any("losers retired" in line for line in laptop.lines), laptop.text
    with Laptop(tmp_path, *options) as laptop:
        assert laptop.said(WEIGHTS).split() == ["churn-1", "1.0"]
        assert any("churn/1 Approved" in line for line in laptop.lines), laptop.text
        pass_minutes(laptop, 16)
        assert laptop.said(EXECUTIONS) == ""  # approved before this account was opened


@pytest.mark.slow
def test_a_tagged_endpoint_starts_what_is_deployed_on_it(tmp_path: Path) -> None:
    """The runbook's command, and a configuration with a variant at weight 0 put in use."""
    spec = {"endpoint": "churn-prod", "canary": "Variant2", "watch_minutes": 5}
    (tmp_path / "churn.json").write_text(json.dumps(spec), encoding="utf-8")
    with Laptop(tmp_path, "--clock", "stepped") as laptop:
        laptop.said("aws s3 cp churn.json s3://canary-specs/churn.json")
        pass_minutes(laptop, 16)
        assert laptop.said(EXECUTIONS) == ""
        laptop.said(TAG_ENDPOINT)
        laptop.said(ANEW)
        pass_minutes(laptop, 12)
        name, status = until_over(laptop, 200)
        weights = laptop.said(WEIGHTS).split()
    assert name.startswith("hands-off-churn-prod-")
    assert status == "SUCCEEDED"
    assert weights == ["Variant1", "0.0", "Variant2", "1.0"]
