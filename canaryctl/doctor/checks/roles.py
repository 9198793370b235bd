"""May each function do its work? IAM is asked, nothing is tried."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from itertools import takewhile

from canary.adapters.account.roles import Decision
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine
from canaryctl.operate.stack import StackError


@dataclass(frozen=True)
class Work:
    """What a function does: actions on a kind of resource, under condition keys."""

    function: str
    actions: tuple[str, ...]
    on: str
    context: Mapping[str, str] = field(default_factory=dict)


ON_ENDPOINT = (
    Work("PlannerFunction", ("sagemaker:DescribeEndpoint",), "endpoint"),
    Work(
        "ShifterFunction",
        ("sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpointWeightsAndCapacities"),
        "endpoint",
    ),
    Work("StagerFunction", ("sagemaker:DescribeEndpoint", "sagemaker:UpdateEndpoint"), "endpoint"),
    Work("CollectorFunction", ("sagemaker:DescribeEndpoint",), "endpoint"),
    Work(
        "EvaluatorFunction", ("sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"), "endpoint"
    ),
)
PATTERNS = ("EndpointNamePattern", "EndpointNamePatternAsWritten")
"""In lower case, and with capitals where names have some."""
TABLE = ("dynamodb:GetItem", "dynamodb:PutItem")
ELSEWHERE = (
    *(
        Work(f"{name}Function", TABLE, "table")
        for name in ("Planner", "Shifter", "Stager", "Collector")
    ),
    *(Work(f"{name}Function", TABLE, "table") for name in ("Evaluator", "Decider")),
    Work("PlannerFunction", ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), "any"),
    Work("CollectorFunction", ("cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"), "any"),
    Work("DeciderFunction", ("sns:Publish",), "topic"),
    Work("DeciderFunction", ("kms:GenerateDataKey", "kms:Decrypt"), "key", {"kms:ViaService": ""}),
    Work("DeciderFunction", ("states:StartExecution",), "machine"),
)


def on_the_endpoint(account: Account) -> Diagnosis:
    """May the functions look at, move and call this very endpoint, however its name is written?

    SageMaker writes names in lower case in ARNs, and one denial seen has it as it was given: both
    are asked.
    """
    names = dict.fromkeys((account.endpoint, account.endpoint.lower()))
    arns = [account.view.arn_of("sagemaker", f"endpoint/{name}") for name in names]
    refused = _refused(account, ON_ENDPOINT, lambda _: arns)
    if not refused:
        cases = "in both cases of its name" if len(arns) > 1 else "by its name"
        return fine(f"four functions may look at it, move it and call it, {cases}")
    given = {name: account.view.parameters.get(name, "") for name in PATTERNS}
    said = "; ".join([_told(refused), *(f"{name} is {p or 'empty'}" for name, p in given.items())])
    wider = _wider(given, account.endpoint)
    if wider and not any(one.denied for _, one in refused):
        return broken(
            said,
            "The patterns do not match the name: deploy with wider ones, which match all that they "
            "match now and this name too",
            f"{account.deploy_again} --parameter-overrides "
            + " ".join(f"{name}='{text}'" for name, text in wider.items()),
        )
    return broken(said, *_where(account, *refused[0]))


def _wider(given: Mapping[str, str], endpoint: str) -> dict[str, str]:
    """Return patterns that match what these match and an endpoint's name besides, in lower case and
    as it is written; only those that have to change.
    """
    lower, written = PATTERNS
    found = {}
    if not fnmatchcase(endpoint.lower(), given[lower]):
        found[lower] = _covering(given[lower], endpoint.lower())
    if endpoint != endpoint.lower() and not any(
        fnmatchcase(endpoint, pattern) for pattern in given.values()
    ):
        found[written] = _covering(given[written], endpoint)
    return found


def _covering(pattern: str, name: str) -> str:
    """Return a pattern that matches a name and whatever `pattern` matches."""
    if not pattern:
        return name
    literal = pattern.replace("?", "*").split("*", maxsplit=1)[0]
    common = takewhile(lambda pair: pair[0] == pair[1], zip(literal, name, strict=False))
    return f"{''.join(letter for letter, _ in common)}*"


def _where(account: Account, function: str, refused: Decision) -> tuple[str, str]:
    """Return where a refusal stands that the template does not make, and what shows it."""
    view = account.functions[function]
    why = (
        "A Deny stands somewhere, and no pattern and no Allow undoes it"
        if refused.denied
        else "The template grants it, and something else takes it away"
    )
    remedy = (
        f"{why}: look at the role's own policies, its permissions boundary, and the organization's "
        "service control policies (MatchedStatements, PermissionsBoundaryDecisionDetail and "
        "OrganizationsDecisionDetail say which)"
    )
    command = (
        f"aws iam simulate-principal-policy --policy-source-arn {view.role if view else ''} "
        f"--action-names {refused.action} --resource-arns '{refused.resource}'"
    )
    return remedy, command


def on_the_stack(account: Account) -> Diagnosis:
    """May the functions use the stack's own table, topic, key and state machine?"""
    refused = _refused(account, ELSEWHERE, lambda kind: [_arn(account, kind)])
    if not refused:
        return fine("table, metrics, topic, its key and the state machine may be used")
    if any(one.denied for _, one in refused):
        first = next(one for one in refused if one[1].denied)
        return broken(_told(refused), *_where(account, *first))
    return broken(
        _told(refused),
        "The role lacks what the template grants, or a boundary or service control policy does not "
        f"allow it. {PUT_BACK}",
        account.put_back,
    )


def _refused(
    account: Account, works: Iterable[Work], arns: Callable[[str], Sequence[str]]
) -> list[tuple[str, Decision]]:
    refused = []
    for work in works:
        view = account.functions.get(work.function)
        if view is None:
            raise StackError(f"{work.function} is gone, and with it which role it had")
        via = account.view.arn.split(":")[3]
        context = {key: f"sns.{via}.{_suffix(account)}" for key in work.context}
        found = account.roles.refused(view.role, work.actions, arns(work.on), context)
        refused += [(work.function, one) for one in found]
    return refused


def _suffix(account: Account) -> str:
    partition = account.view.arn.split(":")[1]
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


def _arn(account: Account, kind: str) -> str:
    if kind == "table":
        return account.view.arn_of("dynamodb", f"table/{account.physical('Table')}")
    if kind == "key":
        return account.view.arn_of("kms", f"key/{account.physical('MessagesKey')}")
    return {"topic": account.physical("Topic"), "machine": account.physical("Rollout")}.get(
        kind, "*"
    )


def _told(refused: Iterable[tuple[str, Decision]]) -> str:
    return "; ".join(
        f"{function.removesuffix('Function').lower()} may not {one.action} on {one.resource} "
        f"({one.decision})"
        for function, one in refused
    )


CHECKS = (
    Check("roles", "May the functions use what the stack is made of?", on_the_stack),
    Check(
        "roles: endpoint",
        "May the functions do their work on this endpoint?",
        on_the_endpoint,
        ("endpoint",),
    ),
)
