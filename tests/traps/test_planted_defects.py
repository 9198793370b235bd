"""Every trap's test fails when the product falls into the trap: a defect is planted, and the very
test is run.
"""

import inspect
import linecache
import traceback
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.integration.stage import Stage
from tests.traps import test_traps_of_evidence as of_evidence
from tests.traps import test_traps_of_rollouts as of_rollouts
from tests.traps.defect import Defect
from tests.traps.defects_of_deployment import DEFECTS_OF_DEPLOYMENT
from tests.traps.defects_of_evidence import DEFECTS_OF_EVIDENCE
from tests.traps.defects_of_rollouts import DEFECTS_OF_ROLLOUTS
from tests.traps.test_traps_are_all_held import wanted_traps

DEFECTS = (*DEFECTS_OF_EVIDENCE, *DEFECTS_OF_ROLLOUTS, *DEFECTS_OF_DEPLOYMENT)


def run(test: Callable[..., None]) -> None:
    """Run a trap's test with what it asks of pytest."""
    asked = inspect.signature(test).parameters
    with ExitStack() as given:
        fixtures: dict[str, Callable[[], object]] = {
            "stage": lambda: given.enter_context(Stage()),
            "monkeypatch": lambda: given.enter_context(pytest.MonkeyPatch.context()),
        }
        test(**{name: fixtures[name]() for name in asked})


def test_every_trap_has_a_planted_defect() -> None:
    """No trap's test is believed before it has been seen to fail."""
    assert {defect.trap for defect in DEFECTS} == wanted_traps()


@pytest.mark.slow
@pytest.mark.parametrize(
    "defect", DEFECTS, ids=[f"{defect.trap}: {defect.what}" for defect in DEFECTS]
)
def test_a_planted_defect_is_noticed(defect: Defect) -> None:
    """With the defect planted the trap's test fails, and where it should."""
    name = f"test_{defect.trap}"
    test = getattr(of_evidence, name, None) or getattr(of_rollouts, name)
    with pytest.raises(AssertionError) as failure, defect.plant():
        run(test)
    lines = [statement(frame) for frame in traceback.extract_tb(failure.value.__traceback__)]
    assert any(defect.noticed_at in line for line in lines), lines


def statement(frame: traceback.FrameSummary) -> str:
    """Return all the lines of the statement a frame stands at."""
    first = frame.lineno or 0
    last = frame.end_lineno or first
    return "".join(linecache.getline(frame.filename, line) for line in range(first, last + 1))
