"""The application's table on each stand-in for DynamoDB: moto, and AWS's own DynamoDB Local.

DynamoDB Local runs where `.ci/second_table.py` has started it and says where in DYNAMODB_LOCAL;
elsewhere tests run on moto, and those for DynamoDB Local alone are skipped and say so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
import yaml
from moto import mock_aws

MOTO, LOCAL = "moto", "DynamoDB Local"
ADDRESS = os.environ.get("DYNAMODB_LOCAL")
STAND_INS = (MOTO, LOCAL) if ADDRESS else (MOTO,)
WANTED = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")


class _Loader(yaml.SafeLoader):
    """Reads the template; its tags do not matter for the table."""


_Loader.add_multi_constructor("!", lambda loader, suffix, node: suffix)


@contextmanager
def a_table(stand_in: str) -> Iterator[tuple[Any, str]]:
    """Give a client and the name of a new table as the template defines it, gone afterwards."""
    address = ADDRESS if stand_in == LOCAL else None
    if stand_in == LOCAL and address is None:
        pytest.skip(reason="DynamoDB Local does not run here: `make table` starts it")
    with ExitStack() as stack:
        if address is None:
            stack.enter_context(mock_aws())
        client: Any = boto3.client(
            "dynamodb",
            "eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",
            endpoint_url=address,
        )
        template = yaml.load(Path("template.yaml").read_text(encoding="utf-8"), _Loader)
        said = template["Resources"]["Table"]["Properties"]
        name = f"t-{uuid4().hex}"
        client.create_table(TableName=name, **{key: said[key] for key in WANTED})
        client.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})
        stack.callback(client.delete_table, TableName=name)
        yield client, name
