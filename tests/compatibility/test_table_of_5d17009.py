"""What version 5d17009 wrote into the table is read by today's code, and judged as it was then.

The items are those of a demonstration (seed 1) after 8, 33 and 70 minutes: six rollouts, under way
and ended. A stack upgraded in the middle of a rollout finds exactly this.
"""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from canary.adapters.table import rollout_key
from canary.domain.finding import Finding
from canary.domain.judge.judge import judge
from canary.domain.judge.verdict_record import VerdictRecord
from canary.domain.judge.windows import Window
from canary.domain.labelled.evidence import QualityEvidence, finding_of_quality
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.record import Record
from canary.domain.rollout.tick import Checkpoint, Tick

MOMENTS = ("minute 8", "minute 33", "minute 70")
Item = dict[str, Any]


@cache
def table(moment: str) -> dict[tuple[str, str], Item]:
    """Return the items of one moment by their key."""
    path = Path(__file__).with_name("table-at-5d17009.json.gz")
    items = json.loads(gzip.decompress(path.read_bytes()))[moment]
    return {(item["pk"]["S"], item["sk"]["S"]): item for item in items}


def bodies(moment: str, sort: str) -> Iterator[str]:
    """Yield the bodies of the items whose sort key begins so."""
    for (_, found), item in table(moment).items():
        if found.startswith(sort):
            yield item["body"]["S"]


def rollouts() -> list[str]:
    """Return the rollouts' ids."""
    return [Record.model_validate_json(body).rollout for body in bodies("minute 70", "RECORD")]


def body(moment: str, rollout: str, sort: str) -> str | None:
    """Return the body of one item of a rollout, None where there is none."""
    key = rollout_key(rollout, sort)
    item = table(moment).get((key["pk"]["S"], key["sk"]["S"]))
    return item["body"]["S"] if item else None


def windows(moment: str, rollout: str) -> list[Window]:
    """Return a rollout's windows."""
    partition = rollout_key(rollout, "")["pk"]["S"]
    return [
        Window.model_validate_json(value["S"])
        for (pk, sk), item in table(moment).items()
        if pk == partition and sk.startswith("WINDOWS#")
        for name, value in item.items()
        if name.startswith("minute_")
    ]


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(
    ("sort", "model", "least"),
    [
        ("RECORD", Record, 6),
        ("TICK", Tick, 5),
        ("CHECKPOINT", Checkpoint, 0),
        ("QUALITY", QualityEvidence, 6),
        ("VERDICT#", VerdictRecord, 40),
    ],
)
def test_every_stored_body_is_read(moment: str, sort: str, model: type[Any], least: int) -> None:
    """Records, ticks, checkpoints, labelled-set evidence and verdicts, ended or under way."""
    found = [model.model_validate_json(text) for text in bodies(moment, sort)]
    assert len(found) >= least


@pytest.mark.parametrize("moment", MOMENTS)
def test_messages_of_then_read_as_they_were_written(moment: str) -> None:
    """Queued or told, word for word: they are all there is of them."""
    compared = 0
    for text in bodies(moment, "RECORD"):
        record, then = Record.model_validate_json(text), json.loads(text)
        mails = [mail_of(message) for message in (*record.told, *record.outbox)]
        said = [(mail.subject, mail.body) for mail in mails]
        kept = (*then.get("told", ()), *then.get("outbox", ()))
        assert said == [(each["subject"], each["body"]) for each in kept]
        compared += len(kept)
    assert compared >= 6


def test_some_checkpoints_were_kept() -> None:
    """The moments are late enough for checkpoints, so that reading them is tested at all."""
    assert len(list(bodies("minute 33", "CHECKPOINT"))) >= 3


@pytest.mark.parametrize("rollout", rollouts())
def test_the_verdicts_of_then_are_reached_again(rollout: str) -> None:
    """Plan, bakes and windows of then lead to the judge's verdict of then, and where it moves
    something to its sentence.
    """
    stored = windows("minute 70", rollout)
    record = Record.model_validate_json(body("minute 70", rollout, "RECORD") or "")
    partition = rollout_key(rollout, "")["pk"]["S"]
    judged = 0
    for (pk, sk), item in table("minute 70").items():
        if pk != partition or not sk.startswith("VERDICT#"):
            continue
        then = VerdictRecord.model_validate_json(item["body"]["S"])
        if then.by != "judge" or not isinstance(then.judgement, dict):
            continue
        seen = {window.minute: window for window in stored if window.minute < then.minute - 15}
        seen |= {window.minute: window for window in then.unfrozen}
        finding = Finding.model_validate(then.quality) if then.quality else None
        again = judge(record.plan, then.bakes, seen.values(), then.minute, finding)
        assert again.verdict == then.judgement["verdict"]
        if again.verdict != "HOLD":  # what a HOLD waits for is told in more words today
            assert again.reason.startswith(str(then.judgement["reason"]))
        judged += 1
    assert judged or record.step == 0


@pytest.mark.parametrize(
    "rollout", [name for name in rollouts() if body("minute 33", name, "CHECKPOINT")]
)
def test_a_checkpoint_of_then_is_gone_on_from(rollout: str) -> None:
    """Going on from the stored checkpoint gives what a replay of all windows gives."""
    kept = body("minute 33", rollout, "CHECKPOINT")
    checkpoint = Checkpoint.model_validate_json(kept or "")
    record = Record.model_validate_json(body("minute 33", rollout, "RECORD") or "")
    quality = body("minute 33", rollout, "QUALITY")
    finding = finding_of_quality(QualityEvidence.model_validate_json(quality)) if quality else None
    stored = sorted(windows("minute 33", rollout), key=lambda window: window.minute)
    now = stored[-1].minute + 1
    whole = judge(record.plan, record.bakes, stored, now, finding)
    later = [window for window in stored if window.minute > checkpoint.through_minute]
    assert judge(record.plan, record.bakes, later, now, finding, checkpoint.state) == whole
