"""A stack as it is deployed by default calls no function of the account."""

from emulator import Emulator
from emulator.iam.requirements import Requirement
from tests.integration.stage import START

JUDGE = "arn:aws:lambda:us-east-1:123456789012:function:judge"


def test_no_function_is_called_unless_the_stack_is_told() -> None:
    """Without ScorerFunctionPattern the evaluator may call no function at all."""
    with Emulator(START, enforce_iam=True) as emulator:
        emulator.deploy("template.yaml", {})
        roles = emulator.client("iam").list_roles()["Roles"]
        role = next(r["Arn"] for r in roles if "EvaluatorFunctionRole" in r["RoleName"])
        wanted = Requirement("lambda:InvokeFunction", JUDGE, {"aws:securetransport": ("true",)})
        assert emulator.permissions.refusal(role, wanted) is not None
