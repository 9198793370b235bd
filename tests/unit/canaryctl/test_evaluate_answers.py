"""`canaryctl evaluate` on answers: what is told of the reading, what is refused, what failed."""

import json
import time
from pathlib import Path

import pytest

from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal
from tests.unit.canaryctl.test_evaluate import Serve, numbers, parity, refused, run, serve, variants

__all__ = ["serve"]
SAID = "could not convert string to float: Jane"


def churn(request: Request) -> Reply:
    """Return a probability under a key of its own."""
    number, variant = int(request.body), request.target_variant or ""
    body = json.dumps({"churn_probability": 0.9 if number % 2 else 0.1})
    return Reply(body.encode(), "application/json", variant)


def test_the_reading_is_told_in_text_json_and_page(serve: Serve, tmp_path: Path) -> None:
    """One sentence says what is read as what, wherever the answer is shown."""
    page, labelled = tmp_path / "page.html", numbers(tmp_path, 400)
    with serve(parity()):
        text = " ".join(run(*variants(labelled, "--html", str(page))).stdout.split())
        document = json.loads(run(*variants(labelled, "--json")).stdout)
    told = "Each answer is read as: the answer itself = P(label 1); label 1 is decided above 0.5"
    assert told in text
    assert told in page.read_text()
    assert document["contract"]["told"].startswith(told)
    assert document["contract"]["canary"]["answer"] == {"score": "@", "score_of": "positive"}


def test_an_open_reading_is_refused_with_its_options(serve: Serve, tmp_path: Path) -> None:
    """Exit code 2, the shape, the readings and the option that says which; then it is read."""
    labelled = numbers(tmp_path, 400)
    with serve(churn):
        code, told = refused(run(*variants(labelled)))
        named = run(
            *variants(labelled, "--score", "churn_probability", "--score-of", "positive", "--json")
        )
    said = " ".join(told.split())
    assert code == 2
    assert "{churn_probability: number}" in said
    assert "--score churn_probability --score-of positive" in said
    assert "0.9" not in said.replace("0.95", "")
    assert (named.exit_code, json.loads(named.stdout)["verdict"]) == (0, "PASS")


def test_a_probe_tells_the_reading_and_judges_nothing(serve: Serve, tmp_path: Path) -> None:
    """Five records are asked, both variants, and no verdict is given."""
    seen: list[Request] = []

    def counting(request: Request) -> Reply:
        seen.append(request)
        return parity()(request)

    labelled = numbers(tmp_path, 400)
    with serve(counting):
        plain = run(*variants(labelled, "--probe", "5"))
        document = json.loads(run(*variants(labelled, "--probe", "5", "--json")).stdout)
    assert (plain.exit_code, len(seen)) == (0, 20)
    assert "inferred from the first 5 answers of each variant" in plain.stdout
    assert 'To fix it: "answer": {"score": "@", "score_of": "positive"}' in plain.stdout
    assert (document["probed"], document["inferred"]) == (5, True)


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--label-map", "LABEL_0"], "--label-map"),
        (["--threshold", "half"], "--threshold"),
        (["--answer", "a", "--score", "b"], "given beside --score"),
        (["--score-of", "somebody"], "score_of"),
        (["--extract", "yes|no"], "extract has 0 groups"),
        (["--labels-from", "index"], "none are named"),
        (["--score", "a["], "answer.score"),
    ],
)
def test_answer_options_that_do_not_fit_name_themselves(
    serve: Serve, tmp_path: Path, options: list[str], part: str
) -> None:
    """A mistake ends with exit code 2 and names the option or key, before any call."""
    with serve(lambda _: pytest.fail("no call expected")):
        code, told = refused(run(*variants(numbers(tmp_path, 20), *options)))
    assert code == 2
    assert part in " ".join(told.split())


def test_a_threshold_counts_beside_the_place_of_the_score(serve: Serve, tmp_path: Path) -> None:
    """`--answer` leaves what else is said about answers as it is."""
    labelled = numbers(tmp_path, 100)
    with serve(
        lambda request: Reply(b'{"p": 0.7}', "application/json", request.target_variant or "")
    ):
        told = run(*variants(labelled, "--answer", "p", "--threshold", "0.9", "--probe", "5"))
    assert "label 1 is decided above 0.9" in " ".join(told.stdout.split())


def test_a_models_words_are_shown_to_the_operator(serve: Serve, tmp_path: Path) -> None:
    """Text, JSON and page show what the model said of its failure, once a cause."""
    page, labelled = tmp_path / "page.html", numbers(tmp_path, 400)

    def failing(request: Request) -> Reply:
        if request.target_variant == "new" and int(request.body) % 5 == 0:
            members = {"OriginalStatusCode": 400, "OriginalMessage": SAID}
            raise RuntimeRefusal("ModelError", SAID, 424, members)
        return parity()(request)

    with serve(failing):
        result = run(*variants(labelled, "--html", str(page)))
        document = json.loads(run(*variants(labelled, "--json")).stdout)
    assert result.exit_code == 3
    assert SAID in " ".join(result.stdout.split())
    assert SAID in page.read_text()
    assert [(one["variant"], one["words"]) for one in document["failures"]] == [("new", SAID)]
    assert SAID not in " ".join(finding["reason"] for finding in document["findings"])


def test_a_dead_port_is_told_in_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listening is exit code 1 with the address and what to do, not half a minute of
    patience.
    """
    monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    started = time.monotonic()
    code, told = refused(run(*variants(numbers(tmp_path, 400))))
    said = " ".join(told.split())
    assert (code, time.monotonic() - started < 20) == (1, True)
    assert "nobody listens at http://127.0.0.1:9" in said
    assert "AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME" in said
