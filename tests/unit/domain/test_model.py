"""A changed copy is as good as a new value: checked by name and type, and nothing is converted."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest
from pydantic import Field, ValidationError

from canary.domain.model import Frozen
from canary.domain.plan.target import Target
from canary.domain.rollout.record import Decision
from tests.rollouts import NOON, a_plan, a_record


class Inner(Frozen):
    """A value in a value."""

    number: int = 1


class Outer(Frozen):
    """A value of every kind of field."""

    name: str
    number: int = 0
    at: datetime | None = None
    inner: Inner = Inner()
    several: tuple[Inner, ...] = ()
    by_name: dict[str, float] = Field(default_factory=dict)


OUTER = Outer(name="a", inner=Inner(number=2))


def test_a_copy_has_the_change_and_the_rest() -> None:
    """And what it was copied from stays as it is."""
    changed = OUTER.but(number=7)
    assert (changed.name, changed.number, changed.inner) == ("a", 7, Inner(number=2))
    assert OUTER.number == 0


@pytest.mark.parametrize("unknown", ["nmae", "inner.number", "model_config", "but"])
def test_a_field_that_does_not_exist_is_refused(unknown: str) -> None:
    """A misspelled key is an error that names it, never dropped."""
    with pytest.raises(ValidationError, match=r"(?s)Extra inputs are not permitted") as error:
        OUTER.but(**{unknown: 1})
    assert error.value.errors()[0]["loc"] == (unknown,)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "7"}, ("number",)),
        ({"number": 7.5}, ("number",)),
        ({"name": None}, ("name",)),
        ({"at": "2026-03-02T12:00:00Z"}, ("at",)),
        ({"inner": 3}, ("inner",)),
        ({"inner": OUTER}, ("inner",)),
        ({"several": [Inner()]}, ("several",)),
        ({"several": (Inner(), "x")}, ("several", 1)),
        ({"by_name": {"a": "1"}}, ("by_name", "a")),
    ],
)
def test_a_value_of_the_wrong_type_is_refused(
    changes: dict[str, Any], field: tuple[str | int, ...]
) -> None:
    """The error names the field; nothing is turned into what was meant."""
    with pytest.raises(ValidationError) as error:
        OUTER.but(**changes)
    assert error.value.errors()[0]["loc"] == field


def test_fields_that_were_never_set_stay_unset() -> None:
    """So that what a spec left out is still left out in a copy of it."""
    changed = OUTER.but(number=7)
    assert changed.model_fields_set == {"name", "inner", "number"}
    assert changed.model_dump(exclude_unset=True) == {
        "name": "a",
        "number": 7,
        "inner": {"number": 2},
    }


def test_an_inner_value_is_copied_by_its_own_name() -> None:
    """Nested changes nest, and the values beside them are shared."""
    several = (Inner(number=1), Inner(number=2))
    outer = OUTER.but(several=several)
    changed = outer.but(inner=outer.inner.but(number=9))
    assert (changed.inner.number, outer.inner.number) == (9, 2)
    assert all(one is other for one, other in zip(changed.several, several, strict=True))


def test_rules_over_several_fields_hold_for_a_copy() -> None:
    """As they do for a new value."""
    target = Target(weights={"v1": 1.0}, counts={"v1": 2})
    with pytest.raises(ValidationError, match="counts names"):
        target.but(weights={"v2": 1.0})


def test_a_record_is_checked_like_any_value() -> None:
    """The plan in it, its decision, and the words they may use."""
    record = a_record()
    decision = Decision(verdict="ADVANCE", step=0, reason="r", at=NOON)
    assert record.but(decision=decision).decision is decision
    for changes in ({"phase": "BAKED"}, {"plan": a_plan().model_dump()["steps"]}, {"steps": 1}):
        with pytest.raises(ValidationError):
            record.but(**changes)


def frozen_of(base: type[Frozen]) -> list[type[Frozen]]:
    """Return every model of the application that has been defined."""
    below = [one for each in base.__subclasses__() for one in (each, *frozen_of(each))]
    return [one for one in below if one.__module__.startswith("canary.")]


def test_every_model_can_be_built() -> None:
    """Built at its first use, a model that cannot be would be found by whoever needs it first."""
    models = frozen_of(Frozen)
    assert {Target, Decision} <= set(models)
    assert [one for one in models if one.model_rebuild() is False] == []


def test_two_threads_may_use_a_model_first() -> None:
    """Neither meets a model that the other one has half built."""
    together = threading.Barrier(8)

    def first(kind: type[Frozen]) -> Any:
        together.wait()
        return kind.model_validate({"a": "1", "inner": {"number": 2}})

    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):

            class Fresh(Frozen):
                a: str
                inner: Inner

            made = list(threads.map(first, [Fresh] * 8))
            assert made == [Fresh(a="1", inner=Inner(number=2))] * 8
