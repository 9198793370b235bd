"""Kept predictions in S3: one object a part, JSON Lines of row, decision and score under
predictions/<key>/; and lists of shards, as a distributed Map reads its items, under shards/.

They hold no features; the bucket's lifecycle removes them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from canary.adapters.translation import translated
from canary.ports.quality import KeptPrediction

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Predictions:
    """Reads and writes parts of predictions in one bucket."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Take a boto3 S3 client and the bucket's name."""
        self._client = client
        self._bucket = bucket

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterator[KeptPrediction]:
        """Return all predictions under the key, part by part, but for parts that `skips` takes."""
        with translated("ListObjectsV2"):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=_prefix(key)
            )
            names = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
        for name in names:
            if skips(name.removeprefix(_prefix(key)).removesuffix(".jsonl")):
                continue
            with translated("GetObject"):
                body = self._client.get_object(Bucket=self._bucket, Key=name)["Body"].read()
            for line in body.splitlines():
                row, decision, score = json.loads(line)
                yield KeptPrediction(row, decision, score)

    def append(self, key: str, part: str, predictions: Sequence[KeptPrediction]) -> None:
        """Write one part; the same part again replaces itself."""
        lines = "".join(
            json.dumps([one.row, one.decision, one.score]) + "\n" for one in predictions
        )
        with translated("PutObject"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=f"{_prefix(key)}{part}.jsonl",
                Body=lines.encode(),
                ContentType="application/jsonlines",
            )


class S3ShardLists:
    """Writes lists of shards into one bucket: a JSON array of {"shard": number}."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        """Take a boto3 S3 client and the bucket's name."""
        self._client = client
        self._bucket = bucket

    def put(self, rollout: str, revision: int, shards: Sequence[int]) -> str:
        """Return the key of the list; the same revision again replaces its own."""
        owner = hashlib.sha256(rollout.encode()).hexdigest()[:16]
        key = f"shards/{owner}-{revision:06d}.json"
        items = json.dumps([{"shard": number} for number in shards])
        with translated("PutObject"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=items.encode(),
                ContentType="application/json",
            )
        return key


def _prefix(key: str) -> str:
    return f"predictions/{key}/"
