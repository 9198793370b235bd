"""Hands-off starts: what begins a rollout by itself, once, and what is told instead."""

import json
from typing import Any, cast

import pytest

from canary.domain.errors import AwsDenied, AwsUnavailable
from canary.domain.hands_off import Start
from canary.domain.plan.endpoint import GONE, EndpointView
from canary.domain.rollout.forms.mail import Mail
from canary.flow.starting.notice import Notices
from canary.flow.starting.starter import Starter
from tests.ports import MemoryRollouts
from tests.rollouts import FOUND, NOON, a_record, a_view
from tests.starts import MemoryStarts

URI = "s3://specs/churn.json"
PACKAGE = "arn:aws:sagemaker:eu-west-1:123456789012:model-package/churn-models/7"
GROUP = "arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/churn-models"


class Stage:
    """A starter on ports in memory: an endpoint `churn` with v1 serving and v2 at weight 0."""

    def __init__(self, spec: Any = None, tag: str | None = URI) -> None:
        self.view: EndpointView | Exception = a_view(FOUND).but(
            name="churn", arn="arn:endpoint/churn", config_name="config-2"
        )
        self.body = json.dumps(spec or {"endpoint": "churn", "canary": "v2"}).encode()
        self.tag: str | Exception | None = tag
        self.rollouts, self.starts = MemoryRollouts(), MemoryStarts()
        self.started: dict[str, Any] = {}
        self.mails: list[Mail] = []
        self.lost_starts = self.lost_mails = 0
        self.starter = Starter(
            self.rollouts,
            self,
            self,
            self,
            self.starts,
            cast("Any", self),
            Notices(self.starts, self),
            "churn*",
        )

    def describe(self, _endpoint: str) -> EndpointView:
        """Return the endpoint, or raise what stands in its place."""
        if isinstance(self.view, Exception):
            raise self.view
        return self.view

    def spec_of(self, arn: str) -> str | None:
        """Return the tag of the endpoint and of the group, or raise what stands in its place."""
        if isinstance(self.tag, Exception):
            raise self.tag
        return self.tag if arn in {"arn:endpoint/churn", GROUP} else None

    def read(self, _uri: str) -> bytes:
        """Return the spec's bytes."""
        return self.body

    def start(self, name: str, document: Any) -> None:
        """Start an execution; the answer may be lost after the deed."""
        assert self.started.setdefault(name, document) == document
        if self.lost_starts:
            self.lost_starts -= 1
            raise AwsUnavailable("the answer was lost")

    def publish(self, mail: Mail, _attributes: Any) -> None:
        """Take a mail, or lose it."""
        if self.lost_mails:
            self.lost_mails -= 1
            raise AwsUnavailable("SNS could not answer")
        self.mails.append(mail)

    def look(self, name: str = "churn") -> str:
        """Hear of the endpoint."""
        return self.starter.variant(name, NOON)

    def approve(self, version: int = 7) -> str:
        """Hear that a version was approved."""
        return self.starter.package(PACKAGE.removesuffix("7") + str(version), NOON)

    def end(self, error: str | None = None, name: str = "first", **document: Any) -> str:
        """Hear that an execution is over."""
        asked = document or {"endpoint": "churn"}
        return self.starter.ended(name, asked, error, error, NOON)


def packaged(**canary: Any) -> Stage:
    """A stage whose spec waits for packages of a group."""
    stage = Stage(
        {"endpoint": "churn", "canary": {"model_package_group": "churn-models", **canary}}
    )
    stage.view = GONE
    return stage


def test_a_new_variant_at_weight_zero_is_started_once() -> None:
    """However often it is heard of, and by the same name."""
    stage = Stage()
    assert stage.look().startswith("started hands-off-churn-")
    assert "was started before" in stage.look()
    ((name, document),) = stage.started.items()
    assert (len(name) <= 80, document) == (True, {"endpoint": "churn", "canary": "v2"})
    assert stage.mails == []


def test_another_configuration_is_another_start() -> None:
    """The same variant under a new configuration is new."""
    stage = Stage()
    stage.look()
    assert isinstance(stage.view, EndpointView)
    stage.view = stage.view.but(config_name="config-3")
    assert stage.look().startswith("started")
    assert len(stage.started) == 2


def test_a_start_whose_answer_was_lost_is_asked_for_again_as_it_was() -> None:
    """By the name and with the input that were kept, though the spec has changed since."""
    stage = Stage()
    stage.lost_starts = 1
    with pytest.raises(AwsUnavailable):
        stage.look()
    stage.body = json.dumps({"endpoint": "churn", "canary": "v2", "watch_minutes": 5}).encode()
    assert stage.look().startswith("started")
    assert list(stage.started.values()) == [{"endpoint": "churn", "canary": "v2"}]


def test_what_carries_no_tag_is_left_alone() -> None:
    """Without a word, endpoint and group."""
    stage = Stage(tag=None)
    assert (stage.look(), stage.approve()) == ("no tag", "no tag")
    assert (stage.started, stage.mails) == ({}, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": "Updating"}, "its next change is heard"),
        ({"variants": ()}, "v2 is not there"),
    ],
)
def test_what_is_not_ready_is_quiet(change: dict[str, Any], said: str) -> None:
    """An endpoint that is busy, a variant that is not there or serves already."""
    stage = Stage()
    assert isinstance(stage.view, EndpointView)
    stage.view = stage.view.but(**change)
    assert said in stage.look()
    stage.view = a_view(FOUND.but(weights={"v1": 3.0, "v2": 1.0})).but(
        name="churn", arn="arn:endpoint/churn"
    )
    assert "not at weight 0" in stage.look()
    stage.view = AwsDenied("not authorized")
    assert "not looked at" in stage.look("fraud")
    assert (stage.started, stage.mails) == ({}, [])


def test_an_endpoint_of_its_own_that_may_not_be_looked_at_is_not_passed_over() -> None:
    """Its name is within the stack's pattern, however it is written."""
    stage = Stage()
    stage.view = AwsDenied("not authorized")
    for name in ("churn", "Churn-EU"):
        with pytest.raises(AwsDenied):
            stage.look(name)


def test_tags_that_may_not_be_read_are_no_missing_tags() -> None:
    """The role grants them: who hears it fails, is called again, and pages; nothing is dropped."""
    for stage, hear in ((Stage(), Stage.look), (packaged(), Stage.approve)):
        tag, stage.tag = stage.tag, AwsDenied("not authorized")
        with pytest.raises(AwsDenied):
            hear(stage)
        stage.tag = tag
        assert hear(stage).startswith("started ")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"endpoint": "other", "canary": "v2"}, "the tag is on churn"),
        ({"endpoint": "churn", "canary": 7}, "names no variant"),
        ({"endpoint": "churn", "canary": {"model": "m"}}, "names no variant"),
        ({"endpoint": "churn", "canary": "v2", "setps": []}, "setps: unknown key"),
        ([1], "holds no JSON object"),
    ],
)
def test_a_spec_that_cannot_be_carried_out_is_told_once(spec: Any, said: str) -> None:
    """Field, problem and remedy in a mail; a doubled event tells nothing more."""
    stage = Stage(spec)
    stage.lost_mails = 1
    with pytest.raises(AwsUnavailable):
        stage.look()
    assert said in stage.look()
    assert "told before" in stage.look()
    (mail,) = stage.mails
    assert said in mail.body
    assert "Nothing was changed" in mail.body
    assert stage.started == {}


def test_an_approved_package_is_started_once() -> None:
    """The group in the spec becomes the package; what else the canary says stays."""
    stage = packaged(instance_type="ml.c5.large")
    assert stage.approve().startswith("started")
    assert "started before" in stage.approve()
    ((_, document),) = stage.started.items()
    assert document["canary"] == {"model_package": PACKAGE, "instance_type": "ml.c5.large"}


def test_a_late_event_of_an_earlier_version_starts_nothing() -> None:
    """Told, for somebody approved it; a doubled event of one that was started is quiet."""
    stage = packaged()
    stage.approve(6)
    stage.approve(7)
    assert "a later version came first" in stage.approve(5)
    assert "started before" in stage.approve(6)
    assert (len(stage.started), len(stage.mails)) == (2, 1)


@pytest.mark.parametrize(
    ("canary", "said"),
    [("v2", "names no group"), ({"model_package_group": "others"}, "the spec names others")],
)
def test_a_group_whose_spec_names_another_is_told(canary: Any, said: str) -> None:
    """Nothing is guessed."""
    stage = Stage({"endpoint": "churn", "canary": canary})
    assert said in stage.approve()
    assert (len(stage.mails), stage.started) == (1, {})


def test_a_package_waits_for_the_rollout_under_way() -> None:
    """The latest one, and its end starts it."""
    stage = packaged()
    stage.rollouts.create(a_record())
    assert "waits for the end" in stage.approve(7)
    assert "waits for the end" in stage.approve(8)
    assert stage.started == {}
    over = a_record().rollout
    stage.rollouts.leases.clear()
    assert stage.end(recover={"rollout": over}).startswith("started")
    assert [d["canary"]["model_package"][-1] for d in stage.started.values()] == ["8"]
    assert stage.starts.waiting("churn") is None


def test_a_configuration_that_came_while_a_rollout_ran_is_started_at_its_end() -> None:
    """Its own event found the endpoint held."""
    stage = Stage()
    stage.rollouts.create(a_record())
    assert "under way" in stage.look()
    stage.rollouts.leases.clear()
    assert stage.end().startswith("started")


def test_what_a_person_rolled_out_is_not_started_again() -> None:
    """The same variant in the same configuration, at weight 0 again since it was taken back."""
    stage = Stage()
    record = a_record()
    stage.rollouts.create(record)
    stage.rollouts.leases.clear()
    stage.rollouts.pasts["churn", "LAST"] = record.rollout
    assert isinstance(stage.view, EndpointView)
    stage.view = stage.view.but(config_name=record.plan.config_name)
    assert "was rolled out before" in stage.look()
    assert stage.started == {}


def test_a_start_that_the_planner_refused_is_told() -> None:
    """One of a person's is theirs to read; an order is no rollout."""
    stage = Stage(tag=None)
    assert stage.end("Refused", "theirs") == "no tag"
    assert stage.end(command="pause", endpoint="churn") == "no rollout"
    stage.end("Refused", "hands-off-churn-1")
    assert "hands-off-churn-1 was refused" in stage.mails[0].body


def test_a_kept_start_is_the_first_one() -> None:
    """Whoever kept it."""
    starts = MemoryStarts()
    first = Start(key="k", name="n", endpoint="churn", document={"a": 1})
    assert starts.keep(first) == first
    assert starts.keep(first.but(document={"a": 2})) == first
