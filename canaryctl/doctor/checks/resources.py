"""Is everything there that the stack is made of?"""

from collections.abc import Iterator

from canary.adapters.account.parts import LOOKS, STANDING
from canaryctl.doctor.account import PUT_BACK, Account
from canaryctl.doctor.check import Check, Diagnosis, broken, fine

TABLE = "AWS::DynamoDB::Table"


def all_there(account: Account) -> Diagnosis:
    """Are state machine, table, functions, topic, key and bucket there, and do they work?

    CloudFormation counts what somebody deleted as there: its own status does not tell.
    """
    gone = [f"{logical} ({name})" for logical, name in _gone(account)]
    tables = list(account.view.of_kind(TABLE).values())
    if [name for name in tables if account.parts[name] is None]:
        return broken(
            f"gone: {', '.join(gone)}; with the table every record, lease and verdict",
            "AWS keeps a last backup of it for 35 days: restore that under the very name "
            "(restore-table-from-backup), and look at each endpoint's weights: no rollout knows "
            "what it was doing",
            f"aws dynamodb list-backups --table-name {tables[0]} --backup-type SYSTEM",
        )
    if gone:
        return broken(f"gone: {', '.join(gone)}", PUT_BACK, account.put_back)
    ill = [f"{name} is {how}" for name, how in account.parts.items() if how not in STANDING]
    if ill:
        key = f"--key-id {account.physical('MessagesKey')}"
        states = set(account.parts.values())
        if "PendingDeletion" in states:
            command = f"aws kms cancel-key-deletion {key} && aws kms enable-key {key}"
            return broken("; ".join(ill), "Keep the key, and enable it again", command)
        if "Disabled" in states:
            return broken("; ".join(ill), "Enable the key again", f"aws kms enable-key {key}")
        return broken("; ".join(ill), "Wait until it is ACTIVE, ask again")
    others = len(account.parts) + len(account.functions) + 1
    return fine(f"state machine, table, functions, topic, key, bucket: {others} there, at work")


def _gone(account: Account) -> Iterator[tuple[str, str]]:
    """Yield logical ids and names of what is gone."""
    for kind in LOOKS:
        for logical, name in account.view.of_kind(kind).items():
            if account.parts[name] is None:
                yield logical, name
    for logical, view in account.functions.items():
        if view is None:
            yield logical, account.physical(logical)
    for logical, topic in account.view.of_kind("AWS::SNS::Topic").items():
        if account.topics.key(topic) is None:
            yield logical, topic


CHECKS = (Check("resources", "Is everything there that it is made of?", all_there),)
