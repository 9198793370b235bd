"""A newcomer's own models on the local account: one that is promoted, one that is taken back."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from tests.integration.local.laptop import Laptop

SOURCE = """
def predict(rows):
    return [int(tenure < 0.5) for tenure, _ in rows]

def newer(rows):
    return [int(tenure < 0.5 or calls > 0.95) for tenure, calls in rows]

def broken(rows):
    return [1 // int(calls > 0.3) for _, calls in rows]
"""


def bring(folder: Path) -> None:
    """Write models, records with their labels, and a spec."""
    (folder / "churn.py").write_text(SOURCE, encoding="utf-8")
    draw = random.Random(4)
    rows = [(round(draw.random(), 3), round(draw.random(), 3)) for _ in range(2000)]
    lines = [f"{int(t < 0.5 or c > 0.95)},{t},{c}" for t, c in rows]
    (folder / "churn.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    quality = {
        "labelled_set": "s3://bucket/churn.csv",
        "label_column": 0,
        "content_type": "text/csv",
        "task": "binary",
        "metrics": {"accuracy": {"max_worse": 0.02}},
    }
    spec = {"endpoint": "mine", "canary": "Variant2", "watch_minutes": 5}
    (folder / "errors.json").write_text(json.dumps(spec), encoding="utf-8")
    (folder / "quality.json").write_text(
        json.dumps({**spec, "guards": {"errors": {}, "quality": quality}}), encoding="utf-8"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("canary", "spec", "exit_code", "end", "weight"),
    [
        ("churn.py:newer", "quality.json", 0, "PROMOTED", "1.0"),
        ("churn.py:broken", "errors.json", 3, "ROLLED BACK", "0.0"),
    ],
)
def test_a_model_of_ones_own_ends_as_it_deserves(
    tmp_path: Path, canary: str, spec: str, exit_code: int, end: str, weight: str
) -> None:
    """Started and watched by canaryctl, told by mail, verified by the real command line."""
    bring(tmp_path)
    models = ("--baseline", "churn.py", "--canary", canary, "--endpoint", "mine")
    records = ("--rows", "churn.csv", "--label-column", "0", "--minute-seconds", "0.1")
    with Laptop(tmp_path, *models, *records) as laptop:
        watched = laptop.shell(f"canaryctl start --spec {spec} --watch")
        assert watched.returncode == exit_code, f"{watched.stdout}{watched.stderr}\n{laptop.text}"
        assert end.replace(" ", "_") in watched.stdout
        serves = laptop.said(
            "aws sagemaker describe-endpoint --endpoint-name mine "
            "--query 'ProductionVariants[1].CurrentWeight'"
        )
    assert serves == weight
    assert any(f"mail: [canary] mine: {end}" in line for line in laptop.lines), laptop.text
    assert laptop.exit_code == 0


@pytest.mark.slow
def test_time_that_stands_still_passes_when_told(tmp_path: Path) -> None:
    """A step is a request; canaryctl and the answers have the account's time."""
    with Laptop(tmp_path, "--clock", "stepped") as laptop:
        step = 'curl -sf -X POST "$AWS_ENDPOINT_URL/_account/time?minutes=1440"'
        now = json.loads(laptop.said('curl -sf "$AWS_ENDPOINT_URL/_account/time"'))
        later = json.loads(laptop.said(step))
    assert now["minute_seconds"] is later["minute_seconds"] is None
    assert later["now"][11:16] == now["now"][11:16]
    assert later["now"][:10] > now["now"][:10]
