"""One healthy deployment that all tests of a file share: each puts back what it breaks."""

from collections.abc import Iterator

import pytest

from demo.account import ON_CALL
from tests.integration.doctor.patient import Patient
from tests.integration.stage import Stage


@pytest.fixture(scope="module")
def shared() -> Iterator[Patient]:
    """A deployed stack with somebody on call, and an endpoint under traffic."""
    with (
        pytest.MonkeyPatch.context() as patched,
        Stage(parameters={"NotificationEmail": ON_CALL}) as stage,
    ):
        patched.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        patched.setenv("COLUMNS", "100")
        yield Patient(stage)


@pytest.fixture
def patient(shared: Patient) -> Iterator[Patient]:
    """The shared deployment, healthy before and after each test."""
    yield shared
    shared.heal()
