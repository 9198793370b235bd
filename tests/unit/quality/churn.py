"""The published churn example as a model: a row's 69 features looked up, answered with the
published score.
"""

import csv
from pathlib import Path

import pytest

CHURN = Path(__file__).resolve().parents[4] / "shared" / "data" / "churn"
needs_churn = pytest.mark.skipif(
    not CHURN.is_dir(), reason="the churn example's data lies beside the project, not in it"
)

PUBLISHED = {
    (120, "Variant1"): (
        16,
        1,
        4,
        99,
        0.958333,
        0.941176,
        0.80,
        0.864865,
        0.8950,
        0.8965,
        0.189932,
        0.043236,
    ),
    (120, "Variant2"): (
        17,
        2,
        3,
        98,
        0.958333,
        0.894737,
        0.85,
        0.871795,
        0.9150,
        0.9020,
        0.197796,
        0.046803,
    ),
    (334, "Variant1"): (
        37,
        3,
        11,
        283,
        0.958084,
        0.925,
        0.770833,
        0.840909,
        0.880172,
        0.918124,
        0.160285,
        0.037465,
    ),
    (334, "Variant2"): (
        36,
        4,
        12,
        282,
        0.952096,
        0.9,
        0.75,
        0.818182,
        0.868007,
        0.926428,
        0.163384,
        0.039457,
    ),
}
CELLS = ("tp", "fp", "fn", "tn")
NAMES = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "roc_auc_thresholded",
    "roc_auc",
    "log_loss",
    "brier",
)


def last_rows(folder: Path, last: int) -> Path:
    """Return a file with the last so many rows of the example."""
    lines = (CHURN / "test-dataset.csv").read_text().splitlines()[-last:]
    path = folder / f"churn-{last}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def scores() -> dict[str, dict[str, str]]:
    """Return {features as one CSV line: {variant: score as written}}."""
    lines = (CHURN / "test-dataset.csv").read_text().splitlines()
    with (CHURN / "scores334.csv").open() as file:
        rows = list(csv.DictReader(file))
    return {
        line.split(",", 1)[1]: {"Variant1": row["v1"], "Variant2": row["v2"]}
        for line, row in zip(lines, rows, strict=True)
    }
