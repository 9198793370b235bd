"""Labelled sets and kept predictions in S3."""

from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from canary.adapters.labelled.predictions import S3Predictions
from canary.adapters.labelled.s3 import S3LabelledSets
from canary.domain.errors import Refused
from canary.ports.quality import KeptPrediction

pytestmark = pytest.mark.usefixtures("aws")


def test_a_set_is_fetched_with_its_version(s3: Any, tmp_path: Path) -> None:
    """The version changes with the content; the copy keeps the suffix and nothing else of the
    address.
    """
    sets = S3LabelledSets(s3, folder=tmp_path)
    s3.put_object(Bucket="labels", Key="a/../churn set.csv", Body=b"1,2\n0,3\n")
    uri = "s3://labels/a/../churn set.csv"
    first = sets.fetch(uri)
    assert (first.path.read_bytes(), first.path.parent, first.path.suffix) == (
        b"1,2\n0,3\n",
        tmp_path,
        ".csv",
    )
    assert first.version == sets.version(uri)
    s3.put_object(Bucket="labels", Key="a/../churn set.csv", Body=b"1,2\n0,3\n1,4\n")
    assert sets.version(uri) != first.version


def test_the_head_of_a_set(s3: Any, tmp_path: Path) -> None:
    """The head is what was asked for, and says whether that was all."""
    sets = S3LabelledSets(s3, folder=tmp_path)
    s3.put_object(Bucket="labels", Key="churn.csv", Body=b"1,2\n" * 100)
    head = sets.head("s3://labels/churn.csv", 40)
    assert (head.path.read_bytes(), head.whole) == (b"1,2\n" * 10, False)
    assert sets.head("s3://labels/churn.csv", 400).whole


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("s3://labels/none.csv", "there is no"),
        ("s3://no-such-bucket/churn.csv", "there is no"),
        ("s3://labels", "not an address"),
        ("s3:///churn.csv", "not an address"),
        ("https://labels/churn.csv", "not an address"),
        ("/etc/passwd", "not an address"),
        ("s3://labels/empty.csv", "is empty"),
    ],
)
def test_addresses_that_are_refused(s3: Any, tmp_path: Path, uri: str, why: str) -> None:
    """A missing or impossible address is refused naming the field; local files are for the command
    line alone.
    """
    s3.put_object(Bucket="labels", Key="empty.csv", Body=b"")
    with pytest.raises(Refused, match=why) as caught:
        S3LabelledSets(s3, folder=tmp_path).head(uri, 1_000)
    assert caught.value.field == "guards.quality.labelled_set"


def test_a_denied_read_is_refused_with_the_permission(tmp_path: Path) -> None:
    """Access denied names the permission that is missing."""
    client = boto3.client("s3")
    with Stubber(client) as stub:
        stub.add_client_error("get_object", "AccessDenied", http_status_code=403)
        with pytest.raises(Refused, match="s3:GetObject"):
            S3LabelledSets(client, folder=tmp_path).fetch("s3://labels/churn.csv")


def test_predictions_come_back(s3: Any) -> None:
    """Parts add up under their key; the same part again replaces itself."""
    kept = S3Predictions(s3, "labels")
    kept.append("k1", "a", [KeptPrediction(1, "1", 0.25), KeptPrediction(2, 'odd "name"\n', None)])
    kept.append("k1", "b", [KeptPrediction(3, "0", 0.1)])
    kept.append("k1", "b", [KeptPrediction(3, "0", 0.2)])
    kept.append("k10", "a", [KeptPrediction(9, "1", 1.0)])
    assert sorted(kept.load("k1"), key=lambda one: one.row) == [
        KeptPrediction(1, "1", 0.25),
        KeptPrediction(2, 'odd "name"\n', None),
        KeptPrediction(3, "0", 0.2),
    ]
