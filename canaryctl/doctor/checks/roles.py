"""May each function do its work? IAM is asked, nothing is tried."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import takewhile

from canary.adapters.account.roles import Decision
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine
from canaryctl.doctor.checks.works import ELSEWHERE, MACHINE, ON_ENDPOINT, Work, arns_of
from canaryctl.operate.stack import StackError

PATTERNS = ("EndpointNamePattern", "EndpointNamePatternAsWritten")
"""In lower case, and with capitals where names have some."""


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
        return fine(f"{len(ON_ENDPOINT)} functions may look at it, move it and call it, {cases}")
    given = {name: account.view.parameters.get(name, "") for name in PATTERNS}
    said = "; ".join([_told(refused), *(f"{name} is {p or 'empty'}" for name, p in given.items())])
    wider = _wider(given, account.endpoint)
    if wider and not any(one.denied for _, one in refused):
        return broken(
            said,
            "The patterns do not match the name: another stack may be meant to look after it; else "
            "deploy with wider ones, which match all that they match now and this name too"
            + (" (* opens this stack to every endpoint)" if "*" in wider.values() else ""),
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
    role = _role(account, function)
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
        f"aws iam simulate-principal-policy --policy-source-arn {role} "
        f"--action-names {refused.action} --resource-arns '{refused.resource}'"
    )
    return remedy, command


def on_the_stack(account: Account) -> Diagnosis:
    """May functions and state machine do all that they do, on what the stack is made of and
    elsewhere?
    """
    refused = _refused(account, ELSEWHERE, lambda kind: arns_of(account, kind))
    if not refused:
        asked = sum(len(work.actions) for work in ELSEWHERE)
        return fine(f"{asked} rights of the functions and of the state machine are there")
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
    region = account.view.arn.split(":")[3]
    for work in works:
        context = {
            key: text.format(region=region, suffix=_suffix(account))
            for key, text in work.context.items()
        }
        role = _role(account, work.function)
        found = account.roles.refused(role, work.actions, arns(work.on), context)
        refused += [(work.function, one) for one in found]
    return refused


def _role(account: Account, function: str) -> str:
    """Return the ARN of a function's role, or of the state machine's."""
    if function == MACHINE:
        _, partition, _, _, owner, _ = account.view.arn.split(":", 5)
        return f"arn:{partition}:iam::{owner}:role/{account.physical(f'{MACHINE}Role')}"
    view = account.functions.get(f"{function}Function")
    if view is None:
        raise StackError(f"{function}Function is gone, and with it which role it had")
    return view.role


def _suffix(account: Account) -> str:
    partition = account.view.arn.split(":")[1]
    return "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"


_NAMES = {MACHINE: "the state machine"}


def _told(refused: Iterable[tuple[str, Decision]]) -> str:
    return "; ".join(
        f"{_NAMES.get(function, function.lower())} may not {one.action} on {one.resource} "
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
