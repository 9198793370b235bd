"""An endpoint whose name has capitals, whichever way IAM names it: in lower case, or as written."""

import pytest

from demo.account import deploy
from emulator.deployment.template import TemplateError
from tests.integration import stage
from tests.integration.stage import Stage

CASES = pytest.mark.parametrize("as_written", [False, True], ids=["lower case", "as written"])
SHORT = {"steps": [{"share": 0.25}, {"share": 1.0}]}


@pytest.fixture(autouse=True)
def _a_name_with_capitals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stage, "ENDPOINT", "Churn-Prod")


@CASES
def test_both_patterns_let_it_be_moved_in_either_case(*, as_written: bool) -> None:
    """Promoted under the deployed roles, which are granted both."""
    with Stage(enforce_iam=True) as one:
        deploy(one.emulator, EndpointNamePattern="churn-*", EndpointNamePatternAsWritten="Churn-*")
        one.emulator.permissions.names_as_written = as_written
        assert one.finish(one.start(SHORT))["status"] == "SUCCEEDED"
        assert one.weights["v2"] == 1.0
        assert not [each for each in one.emulator.permissions.refused if "sagemaker" in each[1]]


def test_one_pattern_alone_is_refused_at_the_start_where_iam_asks_as_written() -> None:
    """Nothing was moved, and the cause names the parameter that helps."""
    with Stage(enforce_iam=True) as one:
        deploy(one.emulator, EndpointNamePattern="churn-*")
        one.emulator.permissions.names_as_written = True
        ended = one.finish(one.start(SHORT))
        assert ended["status"] == "FAILED"
        assert "EndpointNamePatternAsWritten" in ended["cause"]
        assert one.weights == {"v1": 1.0, "v2": 0.0}


def test_a_pattern_with_capitals_is_refused_as_it_is_deployed() -> None:
    """CloudFormation takes it for the parameter that is granted as written alone, and says so."""
    with Stage() as one, pytest.raises(TemplateError, match="EndpointNamePatternAsWritten"):
        deploy(one.emulator, EndpointNamePattern="Churn-*")
