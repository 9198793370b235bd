"""One healthy deployment that all tests of a file share: each puts back what it breaks."""

from collections.abc import Iterator

import pytest

from tests.integration.doctor.patient import ON_CALL, Patient
from tests.integration.stage import Stage


@pytest.fixture(scope="module")
def shared() -> Iterator[Patient]:
    """A deployed stack with somebody on call, and an endpoint under traffic."""
    with pytest.MonkeyPatch.context() as patched, Stage() as stage:
        patched.setenv("AWS_DEFAULT_REGION", stage.emulator.place.region)
        patched.setenv("COLUMNS", "100")
        stage.client("sns").subscribe(
            TopicArn=stage.outputs["TopicArn"], Protocol="email", Endpoint=ON_CALL
        )
        stage.emulator.confirm_subscription(ON_CALL)
        yield Patient(stage)


@pytest.fixture
def patient(shared: Patient) -> Iterator[Patient]:
    """The shared deployment, healthy before and after each test."""
    yield shared
    shared.heal()
