"""Answers of the commands on a stack."""

from typing import Any, Literal

from pydantic import Field

from canary.domain.model import Frozen


class Started(Frozen):
    """`start`: what was asked for, and whether it was seen to be accepted."""

    rollout: str
    endpoint: str
    execution: str = Field(description="ARN of the execution")
    accepted: Literal[True] | None = Field(description="null where nobody saw")
    phase: str | None = Field(description="what its record said, null where none was seen")
    notices: tuple[str, ...]


class Answered(Frozen):
    """`pause`, `resume`, `promote`, `rollback`, `approve`, `reject`, `retry`, `release`: the
    controller's answer.
    """

    rollout: str
    phase: str
    answer: str = Field(description="a sentence")


class EvidenceGauge(Frozen):
    """Evidence beside its threshold, as natural logarithms."""

    log_evidence: float
    log_threshold: float


class StatusLine(Frozen):
    """`status`: one rollout."""

    endpoint: str
    phase: str
    step: int
    steps: int
    share: float
    compared_with: list[str] = Field(
        description="variants that the canary is compared with at this share: its control where "
        "one serves; none at 100%, where it is watched alone"
    )
    minute: int = Field(description="since its start")
    verdict: str | None
    reason: str
    paused: bool
    waits: dict[str, Any] | None = Field(description="for what a step up waits, and until when")
    approvals: list[dict[str, Any]]
    nearness: Literal["calm", "rising", "close"]
    ended: bool
    notices: list[str]
    acts: list[dict[str, Any]] = Field(description="what people ordered, claimed and not proven")
    worse: EvidenceGauge | None = Field(description="of taking it back")
    good_enough: EvidenceGauge | None = Field(description="of the guard furthest from passing")
    subscribers: int | None = Field(description="null where that is not known, or nobody need be")
    frozen_for_everybody: str | None = Field(
        description="the freeze that holds every step up, or why that is not known; null "
        "where there is none"
    )


class Reported(Frozen):
    """`report` of one rollout."""

    rollout: str
    phase: str
    page: str = Field(description="path of the page")


class ReportedAll(Frozen):
    """`report --all`."""

    rollouts: list[str]
    unread: list[str]
    page: str = Field(description="path of the index")


class CheckAnswer(Frozen):
    """One question of the doctor, answered."""

    check: str
    question: str
    state: Literal["fine", "broken", "unknown"]
    said: str
    remedy: str | None
    command: str | None


class CheckLeftOut(Frozen):
    """One question of the doctor that was not asked, and the options it needs."""

    check: str
    question: str
    give: list[str]


class Examined(Frozen):
    """`doctor`: all its questions."""

    stack: str
    endpoint: str | None
    fine: int
    broken: int
    unknown: int
    checks: list[CheckAnswer]
    left_out: list[CheckLeftOut]


class StackMatter(Frozen):
    """Something that is in the way of a deletion, is to be known, or stays."""

    kind: str
    said: str
    do: str
    commands: list[str]


class Deletable(Frozen):
    """`uninstall-check`: whether a stack may be deleted."""

    stack: str
    safe: bool
    in_the_way: list[StackMatter]
    notices: list[StackMatter]
    stays: list[StackMatter]
    delete: list[str] = Field(description="the commands that delete it")
