"""The table of kinds in docs/labelled-set.md says what really happens, cell by cell.

`python -m tests.kinds.test_matrix` prints the table.
"""

import json
import sys
import tempfile
from pathlib import Path

import pytest

from canary.domain.errors import Refused
from tests.kinds.containers import CONTAINERS
from tests.kinds.worlds import SPECS, Endpoint, evaluated, mostly_right, written_set

DOCS = Path(__file__).resolve().parents[2] / "docs" / "labelled-set.md"
BEGIN, END = "<!-- kinds: begin -->\n", "<!-- kinds: end -->"
HEAD = "| spec | task | by itself | with the key | scorer |\n|---|---|---|---|---|\n"
MODELS = {
    "autopilot": "Autopilot",
    "blazingtext": "BlazingText",
    "chat-completion": "chat completion (messages API)",
    "deepar": "DeepAR",
    "hugging-face": "Hugging Face text classification",
    "hugging-face-ner": "Hugging Face token classification",
    "hugging-face-qa": "Hugging Face question answering",
    "hugging-face-summarisation": "Hugging Face summarisation",
    "hugging-face-zero-shot": "Hugging Face zero-shot classification",
    "image-classification": "image classification, images in S3",
    "lightgbm": "LightGBM",
    "linear-learner": "linear learner",
    "object-detection": "object detection, a scorer of one's own",
    "published-two-variants": "the public churn example",
    "random-cut-forest": "random cut forest",
    "ranking": "a ranking of candidates",
    "regression": "a regression in JSON Lines",
    "scikit-learn": "scikit-learn, predict_proba",
    "scikit-learn-npy": "scikit-learn, predict, npy in",
    "tensorflow-serving": "TensorFlow Serving",
    "text-generation-inference": "text generation (TGI), a label in the text",
    "torchserve": "TorchServe",
    "triton": "Triton, open inference protocol v2",
    "xgboost": "XGBoost binary:logistic",
    "xgboost-libsvm": "XGBoost, libsvm in",
    "xgboost-logitraw": "XGBoost binary:logitraw",
    "xgboost-softmax": "XGBoost multi:softmax",
    "xgboost-softprob": "XGBoost multi:softprob in batches",
}


def by_itself(kind: str, folder: Path) -> str:
    """Return what a kind comes to without the `answer` key: "yes" where verdicts are right, else
    what is told.
    """
    container, path = CONTAINERS[kind], written_set(kind, folder)
    good, poor = (mostly_right(container, share, "one") for share in (0.95, 0.45))
    found: list[str] = []
    for canary in (poor, good):
        try:
            endpoint = Endpoint(container, {"V1": good, "V2": canary})
            found.append(evaluated(kind, path, endpoint, answer=None).label)
        except Refused as error:
            found.append(f"refused: {error.field.removeprefix('guards.quality.')}")
    return {("FAIL", "PASS"): "yes", ("NO_DATA", "NO_DATA"): "no data"}.get(
        (found[0], found[1]), found[0]
    )


def row(kind: str, folder: Path) -> str:
    """Return a kind's row of the table."""
    quality = json.loads((SPECS / f"{kind}.json").read_text("utf-8"))["guards"]["quality"]
    answer = quality.get("answer")
    alone = by_itself(kind, folder)
    told = "" if answer is None else f"`{json.dumps({'answer': answer})[1:-1]}`"
    task = f"{quality['task']}: {', '.join(quality['metrics'])}"
    scorer = "needs one" if "scorer" in quality else "or one"
    name = f"[{MODELS[kind]}](../examples/specs/{kind}.json)"
    return f"| {name} | {task} | {alone} | {told.replace('|', chr(92) + '|')} | {scorer} |"


@pytest.mark.parametrize("kind", CONTAINERS)
def test_a_row_says_what_happens(tmp_path: Path, kind: str) -> None:
    """Without its key a kind is judged right, or told why not; the row says which."""
    text = DOCS.read_text("utf-8")
    rows = text[text.index(BEGIN) : text.index(END)].splitlines()
    assert row(kind, tmp_path) in rows


def test_the_table_has_no_other_rows() -> None:
    """A kind that is gone has no row."""
    text = DOCS.read_text("utf-8")
    rows = text[text.index(BEGIN) : text.index(END)].splitlines()[3:]
    assert len(rows) == len(CONTAINERS) == len(MODELS)


def main() -> None:
    """Print the table."""
    sys.stdout.write(HEAD)
    for kind in sorted(CONTAINERS, key=MODELS.__getitem__):
        with tempfile.TemporaryDirectory() as folder:
            sys.stdout.write(row(kind, Path(folder)) + "\n")


if __name__ == "__main__":
    main()
