"""Does the stack stand, and does its clock tick?"""

from collections.abc import Iterable, Mapping, Sequence

from canary.adapters.account.functions import RuleView
from canary.domain.plan.guards import Metric
from canary.domain.time import minute_of
from canary.domain.words import clock
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine, unknown

RUNTIME = "python3.13"
"""What the template gives every function."""
STANDING = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"}
)
OURS = (
    "CollectorFunction",
    "DeciderFunction",
    "PlannerFunction",
    "ShifterFunction",
    "StagerFunction",
    "Topic",
)
SHOWN = ("EndpointNamePattern", "Architecture", "NotificationEmail", "SubscribersExpected")
EVENTS = "events.amazonaws.com"
"""EventBridge's name as a caller, in every partition."""
TICKS_BACK, TICK_LATE_MINUTES = 30, 5


def stands(account: Account) -> Diagnosis:
    """Is there a stack of this name, is it this application, and did its last change go well?"""
    name = account.stack.name
    if account.found is None:
        return broken(
            f"there is no stack {name!r} in this account and region",
            "Give its name and region, or deploy it",
            'aws cloudformation describe-stacks --query "Stacks[].StackName"',
        )
    status = account.view.status
    if status.endswith("_IN_PROGRESS"):
        return unknown(f"it is being changed now ({status}); ask again when it is done")
    missing = [one for one in OURS if one not in account.view.resources]
    if missing:
        return broken(
            f"it has no {', '.join(missing)}: is it this application?",
            "Give the name of the stack that template.yaml was deployed as",
        )
    if status not in STANDING:
        return broken(
            f"its last change ended in {status}",
            "Read why, mend it, deploy again",
            f"aws cloudformation describe-stack-events --stack-name {name} --max-items 20",
        )
    given = account.view.parameters
    said = ", ".join(f"{key} {given[key] or '(empty)'}" for key in SHOWN if key in given)
    return fine(f"{status}, {len(account.view.resources)} resources; {said}")


def functions_run(account: Account) -> Diagnosis:
    """Are all functions there, active, and built for the runtime and processor they run on?"""
    wanted = account.view.parameters.get("Architecture", "arm64")
    faults = []
    for logical, view in account.functions.items():
        if view is None:
            return broken(f"{logical} is gone", PUT_BACK, account.put_back)
        if view.state != "Active" or view.update != "Successful":
            faults.append(f"{logical} is {view.state}, its last update {view.update}")
        if (view.runtime, view.architecture) != (RUNTIME, wanted):
            faults.append(f"{logical} runs on {view.runtime} {view.architecture}")
    if faults:
        return broken(
            f"{'; '.join(faults)}; {RUNTIME} {wanted} is what the stack was deployed for",
            "Build for that processor and deploy again",
            account.deploy_again,
        )
    names = [account.physical(logical) for logical in account.functions]
    stopped = [name for name in names if account.function_reader.reserved(name) == 0]
    if stopped:
        return broken(
            f"reserved concurrency 0, so that no call of it runs: {_list(stopped)}",
            "Somebody stopped it: find out why, then take the reservation away",
            f"aws lambda delete-function-concurrency --function-name {stopped[0]}",
        )
    return fine(f"{len(account.functions)} functions, active, {RUNTIME} on {wanted}")


def _of_starter(rules: Mapping[str, str]) -> list[str]:
    """Return the rules of hands-off starts: they are off where no bucket of specs is named."""
    return [name for logical, name in rules.items() if logical.startswith("Starter")]


def rules_are_on(account: Account) -> Diagnosis:
    """Is every schedule and rule there, enabled, and does it have somewhere to send to?"""
    rules = account.view.of_kind("AWS::Events::Rule")
    asleep = [] if account.view.parameters.get("HandsOffSpecBucket") else _of_starter(rules)
    views = {name: account.rules.rule(name) for name in rules.values()}
    gone = [name for name, view in views.items() if view is None or not view.targets]
    off = [n for n, view in views.items() if view and not view.enabled and n not in asleep]
    said = []
    if gone:
        said.append(f"gone, or without a target, so that what they match is dropped: {_list(gone)}")
    if off:
        said.append(f"disabled: {_list(off)}")
    if off:
        return broken(
            "; ".join(said),
            ("Enable it" if len(off) == 1 else "Enable each of them")
            + (f". {PUT_BACK}: {account.put_back}" if gone else ""),
            f"aws events enable-rule --name {off[0]}",
        )
    if gone:
        return broken("; ".join(said), PUT_BACK, account.put_back)
    return _let_in(account, [view for view in views.values() if view])


def _let_in(account: Account, rules: Sequence[RuleView]) -> Diagnosis:
    """Return whether each function lets EventBridge in for each rule that calls it."""
    shut = [
        (rule, target)
        for rule in rules
        for target in rule.targets
        if ":function:" in target and not account.function_reader.lets_in(target, EVENTS, rule.arn)
    ]
    if shut:
        rule, target = shut[0]
        said = [f"{target.rsplit(':', 1)[-1]} from {rule.name}" for rule, target in shut]
        return broken(
            f"EventBridge may not call, so that events are dropped: {_list(said)}",
            "Let it in" if len(shut) == 1 else "Let it in, for each of them",
            f"aws lambda add-permission --function-name {target} --statement-id {rule.name[:90]} "
            f"--action lambda:InvokeFunction --principal {EVENTS} --source-arn {rule.arn}",
        )
    return fine(f"{len(rules)} rules, enabled, each with a target that lets EventBridge in")


def _list(names: Iterable[str]) -> str:
    return ", ".join(names)


def ticks(account: Account) -> Diagnosis:
    """When did the collector last tick?"""
    metric = Metric(
        namespace=f"SageMakerCanary/{account.stack.name}",
        name="Ticks",
        dimensions=(("service", "collector"),),
    )
    series = account.minutes([metric], TICKS_BACK)[metric]
    if not series.complete:
        return unknown(f"CloudWatch did not tell all of its ticks ({series.answered})")
    newest = max(series.minutes, default=None)
    late = None if newest is None else minute_of(account.now) - newest
    if newest is not None and late is not None and late <= TICK_LATE_MINUTES:
        return fine(f"last tick {clock(newest)}, {late} min ago")
    last = f"none in {TICKS_BACK} min" if newest is None else f"the last at {clock(newest)}"
    return broken(
        f"no tick for more than {TICK_LATE_MINUTES} min ({last}): rollouts are blind and roll back",
        "Read the collector's log (docs/operations.md, missed-tick)",
        f"aws logs tail /aws/lambda/{account.physical('CollectorFunction')} --since 15m",
    )


def queue_is_empty(account: Account) -> Diagnosis:
    """Did every event reach its function?"""
    url = account.physical("Undelivered")
    waiting = account.queues.waiting(url)
    if waiting is None:
        return broken("the queue of undelivered events is gone", PUT_BACK, account.put_back)
    if waiting:
        return broken(
            f"{waiting} event{'s' * (waiting > 1)} reached no function, or the decider failed",
            "Read what they are, mend the cause, purge (docs/operations.md, undelivered)",
            f"aws sqs receive-message --queue-url {url} --attribute-names All "
            "--max-number-of-messages 10 --visibility-timeout 0",
        )
    return fine("nothing lies in the queue of undelivered events")


CHECKS = (
    Check("stack", "Does the stack stand as it was deployed?", stands),
    Check("functions", "Are runtime and processor of the functions as built?", functions_run),
    Check("rules", "Do schedules and rules reach their functions?", rules_are_on),
    Check("ticks", "Does the collector tick every minute?", ticks),
    Check("undelivered", "Did every event reach its function?", queue_is_empty),
)
