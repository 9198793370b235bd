"""A sweep starts what no event started, once, and nothing that nobody approved for it."""

from datetime import datetime, timedelta
from typing import Any

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.plan.release.staging import Release
from canary.flow.starting.sweep import COUNTS_BEFORE, Sweep
from tests.rollouts import NOON, a_record
from tests.unit.flow.test_starting import GROUP, PACKAGE, Stage, packaged

ENDPOINT = "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/churn"
BEFORE = NOON - timedelta(days=30)


class Account:
    """What is tagged, and the package that is approved."""

    def __init__(self, stage: Stage, *tagged: str, approved: datetime | None = None) -> None:
        self.stage, self.arns = stage, tagged
        self.approved: datetime | Exception | None = approved
        self.version = 7
        self.sweep = Sweep(stage.starter, self, self, stage.starts)

    def tagged(self) -> tuple[str, ...]:
        """Return what carries the tag."""
        return self.arns

    def newest_approved(self, _group: str) -> str | None:
        """Return the package, where one is approved."""
        if isinstance(self.approved, Exception):
            raise self.approved
        return PACKAGE.removesuffix("7") + str(self.version) if self.approved else None

    def changed_at(self, _package: str) -> datetime:
        """Return when it was approved."""
        assert isinstance(self.approved, datetime)
        return self.approved

    def look(self, now: datetime = NOON) -> str:
        """Return what a sweep did, without the ARNs."""
        looked = self.sweep.go_round(now)
        return "; ".join(looked.done.values())


def test_a_variant_whose_event_was_dropped_is_started_once() -> None:
    """By the key and the name that the event would have given it."""
    account = Account(Stage(), ENDPOINT)
    assert account.look().startswith("started hands-off-churn-")
    assert "was started before" in account.look()
    assert "was started before" in account.stage.look()
    assert list(account.stage.started.values()) == [{"endpoint": "churn", "canary": "v2"}]


def test_a_package_whose_event_was_dropped_is_started_once() -> None:
    """Approved after its group was first looked at."""
    account = Account(packaged(), GROUP)
    assert account.look() == "no approved package"
    account.approved = NOON + timedelta(hours=3)
    assert account.look(NOON + timedelta(hours=4)).startswith("started hands-off-churn-")
    assert "was started before" in account.look(NOON + timedelta(hours=5))
    assert "was started before" in account.stage.approve(7)
    assert len(account.stage.started) == 1


def test_a_package_that_was_approved_before_anybody_tagged_its_group_is_left_alone() -> None:
    """It may well be what serves; the next one is started."""
    account = Account(packaged(), GROUP, approved=BEFORE)
    for hours in range(3):
        assert "before its group was looked at" in account.look(NOON + timedelta(hours=hours))
    account.version, account.approved = 8, NOON + timedelta(hours=3)
    assert account.look(NOON + timedelta(hours=3)).startswith("started")


def test_a_package_that_was_approved_just_before_the_first_look_is_started() -> None:
    """Between two looks the tag and the approval came, and which came first nobody knows."""
    assert Account(packaged(), GROUP, approved=NOON - COUNTS_BEFORE).look().startswith("started")


def test_a_spec_that_was_put_right_is_started() -> None:
    """Of an endpoint and of a group: what was told says so."""
    stage = Stage({"endpoint": "churn", "canary": "v2", "setps": []})
    account = Account(stage, ENDPOINT)
    account.look()
    assert "told before" in account.look()
    assert "Once that is put right" in stage.mails[0].body
    stage.body = b'{"endpoint": "churn", "canary": "v2"}'
    assert account.look().startswith("started")
    other = packaged(setps=1)
    of_group = Account(other, GROUP, approved=NOON)
    assert "setps" in other.approve(7)
    other.body = packaged().body
    assert of_group.look(NOON + timedelta(hours=1)).startswith("started")


def test_what_a_person_rolled_out_stays_known() -> None:
    """Though another variant was rolled out since, which is the last one now."""
    stage = Stage()
    account, record = Account(stage, ENDPOINT), a_record()
    view: Any = stage.view
    stage.view = view.but(config_name=record.plan.config_name)
    stage.rollouts.create(record)
    stage.rollouts.leases.clear()
    stage.rollouts.pasts["churn", "LAST"] = record.rollout
    assert "rolled out before" in account.look()
    del stage.rollouts.pasts["churn", "LAST"]
    assert "was started before" in account.look()
    assert stage.started == {}


def test_a_promotion_that_was_settled_and_taken_back_is_not_started_again() -> None:
    """The configuration is of another name then, and a person wanted the canary at 0."""
    stage = Stage()
    account, record = Account(stage, ENDPOINT), a_record()
    settles = Release(found_config="config-1", after="settle", end_config="canary-r-end")
    record = record.but(plan=record.plan.but(release=settles))
    view: Any = stage.view
    stage.view = view.but(config_name="canary-r-end")
    stage.rollouts.create(record)
    stage.rollouts.leases.clear()
    stage.rollouts.pasts["churn", "LAST"] = record.rollout
    assert "rolled out before" in account.look()
    assert "was started before" in account.look()
    assert stage.started == {}


def test_one_that_cannot_be_looked_at_keeps_no_other_from_it() -> None:
    """A call that failed is raised at the end, so that it is tried again and somebody is paged; a
    denial is no less, since the role grants what is looked at here.
    """
    account = Account(Stage(), GROUP, ENDPOINT, approved=NOON)
    account.approved = AwsUnavailable("throttled")
    looked = account.sweep.go_round(NOON)
    assert (str(looked.failed), len(account.stage.started)) == ("throttled", 1)
    account.approved = AwsDenied("not yours")
    looked = account.sweep.go_round(NOON)
    assert (str(looked.failed), looked.done[GROUP]) == ("not yours", "not looked at: not yours")
