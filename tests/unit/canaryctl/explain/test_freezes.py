"""What an explanation says of the freezes that hold for everybody."""

from __future__ import annotations

from canary.domain.plan.brakes.keys import BrakeKeys
from canary.domain.rollout.surroundings import FreezeList
from canaryctl.explain.explain import explanation
from canaryctl.explain.show import answers
from canaryctl.explain.values import Explanation
from tests.rollouts import after
from tests.unit.canaryctl.explain.test_explain import kinds
from tests.unit.flow.brake_stage import staged
from tests.unit.flow.decider_stage import ROLLOUT, Stage


def frozen_by(stage: Stage, freezes: FreezeList) -> Explanation:
    """Return the explanation at minute four, beside the freezes for everybody."""
    verdicts, tick = stage.evidence.verdicts(ROLLOUT), stage.evidence.tick(ROLLOUT)
    return explanation(stage.record, verdicts[-1], tick, after(240), freezes)


def test_a_freeze_for_everybody_is_told_before_the_evidence_is_enough() -> None:
    """Until when; and that no time ends it where the list is there for nobody."""
    stage = staged()
    stage.tick(4)
    keys = {"begins": "2026-03-01", "ends": "2026-03-05", "zone": "UTC"}
    org = BrakeKeys.model_validate({"freezes": [keys]}).freezes
    frozen = frozen_by(stage, FreezeList(org))
    assert kinds(frozen) == ["evidence", "freeze"]
    assert frozen.holds[1].until == frozen.when
    unread = frozen_by(stage, FreezeList(problem="Nobody knows what is frozen"))
    assert (kinds(unread), unread.when) == (["evidence", "freeze"], None)


def test_what_the_caller_may_not_read_is_no_hold_and_is_told() -> None:
    """The decider may read it all the same."""
    stage = staged()
    stage.tick(4)
    found = frozen_by(stage, FreezeList(problem="you could not read s3://a/b", unseen=True))
    assert kinds(found) == ["evidence"]
    assert ("not known", f"{found.unknown}") in list(answers(found))
    assert "is not known: you could not read s3://a/b" in f"{found.unknown}"
