"""An account that is closed and opened again from what it kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from canary.adapters.table import DynamoRollouts
from canary.flow.plan import rollout_id
from local.account import open_account
from local.asked import ENDPOINT, Asked
from local.kept import begin_at, read_kept, write_kept
from local.stage import BUCKET, GROUP, MODELS, VARIANTS, props_of, set_up

START = datetime(2030, 1, 7, 9, 0, tzinfo=UTC)


def test_a_rollout_under_way_is_brought_home_by_the_next_run(tmp_path: Path) -> None:
    """Objects, records, weights and time are there again; the execution is not, and the stack sees
    to it.
    """
    asked, path = Asked(), tmp_path / "local.json"
    props = props_of(asked)
    with open_account(START, enforce_iam=True) as account:
        table = set_up(account, asked, props)
        account.client("s3").put_object(Bucket=BUCKET, Key="own", Body=b"\x00\xff")
        machine = account.client("stepfunctions").list_state_machines()["stateMachines"][0]
        spec = {"endpoint": ENDPOINT, "canary": VARIANTS[1]}
        execution = account.client("stepfunctions").start_execution(
            stateMachineArn=machine["stateMachineArn"], input=json.dumps(spec)
        )
        account.run_minutes(5)
        rollout = rollout_id(ENDPOINT, execution["executionArn"])
        write_kept(account, ENDPOINT, MODELS[0], GROUP, table, path)
    kept = read_kept(path, ENDPOINT, "us-east-1", VARIANTS)
    assert kept is not None
    assert kept.variants[VARIANTS[1]].weight > 0
    with open_account(begin_at(kept, START), enforce_iam=True) as account:
        table = set_up(account, asked, props, kept)
        rollouts = DynamoRollouts(account.client("dynamodb"), table)
        own = account.client("s3").get_object(Bucket=BUCKET, Key="own")["Body"].read()

        def over() -> bool:
            return rollouts.load(rollout).phase in {"ROLLED_BACK", "PROMOTED"}

        assert account.run_until(over, 180), rollouts.load(rollout)
    assert own == b"\x00\xff"
