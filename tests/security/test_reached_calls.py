"""No way to a call hides it from the second reading of roles, and what hides is refused."""

from __future__ import annotations

import pytest

from tests.roles import grants
from tests.roles.needs import UnknownCall
from tests.roles.sources import Module

ADAPTER = """
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

class Store:
    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client

    def load(self):
        return self._client.get_item(TableName="t")

    def indexed(self):
        return self._client.get_paginator("query").paginate(**between())

    def gone(self):
        self._client.transact_write_items(TransactItems=[{"Put": {}}, {"Delete": {}}])

    def together(self):
        items = [{"Put": {}}]
        items += [{"Delete": {}}]
        self._client.transact_write_items(TransactItems=items)

def between():
    return {"IndexName": "active"}
"""
WIRING = """
from canary.wiring.clients import client
from canary.adapters.store import Store
def build(flow):
    return flow(Store(client("dynamodb"), "t"))
"""


def needed(app: str, adapter: str = ADAPTER, wiring: str = WIRING) -> set[str]:
    """Return what a function of these sources needs, as `action on resource`."""
    modules = {
        name: Module.parse(name, text)
        for name, text in {
            "app": app,
            "canary.adapters.store": adapter,
            "canary.wiring.one": wiring,
        }.items()
    }
    return {f"{need.action} on {need.resource}" for need in grants.needs_in(modules)}


APP = "def handler(event, context):\n    build(flow).run()\n\nclass Flow:\n"
GET, QUERY = "dynamodb:GetItem on table/{Table}", "dynamodb:Query on table/{Table}/index/active"
PUT, DELETE = "dynamodb:PutItem on table/{Table}", "dynamodb:DeleteItem on table/{Table}"
REACHED = {
    "nothing": ("pass", set()),
    "a call through a field": ("self._store.load()", {GET}),
    "a method passed on": ("retry(self._store.load)", {GET}),
    "a method asked for by text": ("getattr(self._store, 'load')()", {GET}),
    "a paginator, its keywords elsewhere": ("self._store.indexed()", {QUERY}),
    "a transaction put together": ("self._store.together()", {PUT, DELETE}),
    "a transaction": ("self._store.gone()", {PUT, DELETE}),
    "two of them": ("[s.load() for s in self._stores] or self._store.gone()", {GET, PUT, DELETE}),
}


@pytest.mark.parametrize("case", REACHED)
def test_no_way_to_a_call_hides_it(case: str) -> None:
    """What a use case can come to call is needed, and what it cannot is not."""
    body, wanted = REACHED[case]
    assert needed(f"{APP}    def run(self):\n        {body}\n\nflow = Flow\n") == wanted


def test_a_parameter_of_a_known_class_is_asked_of_that_class() -> None:
    """A record's own attribute of the same name is no call of the store."""
    app = (
        "class Record:\n    load: bool\n\ndef of(record: Record):\n    return record.load\n"
        "def handler(event, context):\n    of(event)\n    build()\n"
    )
    assert needed(app) == set()
    assert needed(app.replace("(record: Record)", "(record)")) == {GET}


def test_a_protocol_stands_for_every_class() -> None:
    """A port's method is the adapter's."""
    app = (
        "class Port(Protocol):\n    def load(self): ...\n\ndef of(port: Port):\n    port.load()\n"
        "def handler(event, context):\n    of(event)\n    build()\n"
    )
    assert needed(app) == {GET}


UNREADABLE = {
    "an operation by text": "getattr(self._client, name)()",
    "another name for the client": "c = self._client; c.get_item()",
    "an unbound operation": "call = self._client.get_item",
    "a paginator without a written name": "self._client.get_paginator(name).paginate()",
    "a transaction whose items come from elsewhere": (
        "self._client.transact_write_items(TransactItems=items)"
    ),
    "given to what does not say that it takes one": "helper(self._client)",
    "given to what asks it something": "ask(self._client)",
    "an operation that the service does not have": "self._client.get_items()",
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_use_of_a_client_that_hides_its_call_is_refused(case: str) -> None:
    """What cannot be read must not pass for no call."""
    adapter = ADAPTER.replace('return self._client.get_item(TableName="t")', UNREADABLE[case])
    app = f"{APP}    def run(self):\n        self._store.load()\n\nflow = Flow\n"
    with pytest.raises(ValueError, match=r"hides|not written down|no operation"):
        needed(app, adapter)


@pytest.mark.parametrize(
    "made", ["client(name)", 'client("s3")', 'client("dynamodb").x', 'boto3.resource("dynamodb")']
)
def test_a_client_that_goes_where_nobody_reads_is_refused(made: str) -> None:
    """Of an unknown service, of another than the adapter takes, or used by the wiring itself."""
    wiring = WIRING.replace('Store(client("dynamodb"), "t")', f'Other({made}, "t")')
    app = f"{APP}    def run(self):\n        self._store.load()\n\nflow = Flow\n"
    with pytest.raises(ValueError, match="client"):
        needed(app, ADAPTER, wiring)


def test_a_client_in_another_annotation_is_refused() -> None:
    """An optional client would not be known for one."""
    adapter = ADAPTER.replace('"DynamoDBClient", table', '"DynamoDBClient | None", table')
    with pytest.raises(ValueError, match="no plain client"):
        needed(APP + "    pass\n", adapter)


def test_an_operation_that_no_action_is_known_for_is_refused() -> None:
    """Its action may be called otherwise: that is to be written down, with its source."""
    adapter = ADAPTER.replace("get_item(", "batch_execute_statement(")
    app = f"{APP}    def run(self):\n        self._store.load()\n\nflow = Flow\n"
    with pytest.raises(UnknownCall, match="dynamodb:BatchExecuteStatement"):
        needed(app, adapter)


INHERITED = """
from canary.adapters.store import Store

class Wider(Store):
    def more(self):
        return self._client.delete_item(TableName="t")
"""


def test_a_client_that_a_class_inherits_is_one() -> None:
    """From another module, through as many classes as there are."""
    app = (
        "def handler(event, context):\n    build(flow).more()\n\nclass Last(Wider):\n    pass\n"
        "flow = Last\n"
    )
    wiring = WIRING.replace("Store(client", "Last(client")
    assert needed(app, f"{ADAPTER}\n{INHERITED}", wiring) == {DELETE}


@pytest.mark.parametrize("use", ["self._client.get_item()", "self._table.get_item()"])
def test_a_client_that_nobody_annotated_is_refused(use: str) -> None:
    """By what clients are called, and by what they are asked."""
    adapter = ADAPTER.replace('"DynamoDBClient", table', "Any, table")
    adapter = adapter.replace('self._client.get_item(TableName="t")', use)
    app = f"{APP}    def run(self):\n        self._store.load()\n\nflow = Flow\n"
    with pytest.raises(ValueError, match="hides of which service"):
        needed(app, adapter, "def build(flow): ...")


def test_a_client_may_be_given_to_what_asks_it_nothing() -> None:
    """Whoever sets up its connections alone calls nothing of AWS."""
    adapter = f"{ADAPTER}\ndef ready(client: Any):\n    client._endpoint.timeout = 1\n"
    adapter = adapter.replace(
        "self._client = client", "ready(client)\n        self._client = client"
    )
    app = f"{APP}    def run(self):\n        self._store.load()\n\nflow = Flow\n"
    assert needed(app, adapter) == {GET}
