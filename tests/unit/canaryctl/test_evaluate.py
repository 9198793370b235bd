"""`canaryctl evaluate` against an endpoint that speaks HTTP."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from canary_scoring.sample import Sample
from canaryctl.evaluate.command import evaluate_command
from emulator.endpoints.serving.invocation import Reply, Request
from emulator.endpoints.serving.runtime_errors import RuntimeRefusal
from emulator.endpoints.serving.runtime_server import RuntimeServer
from tests.unit.quality.churn import CELLS, NAMES, PUBLISHED, last_rows, needs_churn, scores

Serve = Callable[[Callable[[Request], Reply]], AbstractContextManager[None]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return what serves an answering function as the SageMaker Runtime of this test."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")

    @contextmanager
    def running(answer: Callable[[Request], Reply]) -> Iterator[None]:
        with RuntimeServer(answer) as server:
            monkeypatch.setenv("AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME", server.url)
            yield

    return running


def parity(worse_every: int = 0) -> Callable[[Request], Reply]:
    """Return variants that answer a number's parity, the canary wrong on every n-th number."""

    def answer(request: Request) -> Reply:
        number, variant = int(request.body), request.target_variant or ""
        wrong = variant == "new" and worse_every and number % worse_every == 0
        return Reply(str((number + bool(wrong)) % 2).encode(), "text/csv", variant)

    return answer


def numbers(folder: Path, count: int) -> Path:
    """Return a labelled set of numbers with their parity."""
    path = folder / "numbers.csv"
    path.write_text("".join(f"{n % 2},{n}\n" for n in range(count)))
    return path


def run(*options: str) -> Result:
    """Return the command's result."""
    app = typer.Typer()
    app.command()(evaluate_command)
    return CliRunner().invoke(app, ["--rate", "5000", *options])


def variants(labelled_set: Path, *more: str) -> list[str]:
    """Return the options that every call needs."""
    named = [
        "--endpoint",
        "churn",
        "--baseline",
        "old",
        "--canary",
        "new",
        "--labelled-set",
        str(labelled_set),
    ]
    return [*named, *more]


@needs_churn
@pytest.mark.parametrize("last", [120, 334])
def test_the_published_example_over_http(serve: Serve, tmp_path: Path, last: int) -> None:
    """Every published figure of both variants comes out as JSON, with exit code 4: not enough
    evidence.
    """
    known = scores()

    def answer(request: Request) -> Reply:
        variant = request.target_variant or "Variant1"
        return Reply(
            known[request.body.decode()][variant].encode(), "text/csv; charset=utf-8", variant
        )

    with serve(answer):
        result = run(
            "--endpoint",
            "churn",
            "--baseline",
            "Variant1",
            "--canary",
            "Variant2",
            "--labelled-set",
            str(last_rows(tmp_path, last)),
            "--label-column",
            "0",
            "--content-type",
            "text/csv",
            "--json",
        )
    answered = json.loads(result.stdout)
    assert (result.exit_code, answered["answer"]) == (4, "not enough evidence")
    for variant in ("Variant1", "Variant2"):
        metrics, expected = answered["metrics"][variant], PUBLISHED[last, variant]
        assert tuple(metrics["confusion"][cell] for cell in CELLS) == expected[:4]
        assert [metrics[name] for name in NAMES] == pytest.approx(list(expected[4:]), abs=1e-6)


@pytest.mark.parametrize(
    ("worse_every", "code", "answer"),
    [(5, 3, "worse"), (0, 0, "not worse")],
    ids=["worse", "equal"],
)
def test_the_exit_code_is_the_verdict(
    serve: Serve, tmp_path: Path, worse_every: int, code: int, answer: str
) -> None:
    """A worse canary ends with 3, one no worse than the margin with 0."""
    with serve(parity(worse_every)):
        result = run(*variants(numbers(tmp_path, 600), "--json"))
    assert (result.exit_code, json.loads(result.stdout)["answer"]) == (code, answer)


def test_the_table_and_the_page(serve: Serve, tmp_path: Path) -> None:
    """A person sees metrics, reasons and the answer; the page stands alone and lists the
    disagreements.
    """
    page = tmp_path / "out" / "page.html"
    with serve(parity(worse_every=9)):
        result = run(*variants(numbers(tmp_path, 100), "--html", str(page)))
    assert "Is new better than old?" in result.stdout
    assert "accuracy" in result.stdout
    text = page.read_text()
    assert "Records the two disagree on" in text
    assert "<script src=" not in text


def refused(result: Result) -> tuple[int, str]:
    """Return exit code and what was told."""
    return result.exit_code, result.stderr


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--label-column", "9"], "label_column"),
        (["--task", "guessing"], "task"),
        (["--metric", "accuracy"], "--metric"),
        (["--metric", "f1=0.1"], "cannot decide"),
        (["--request", "{"], "--request"),
        (["--answer", "a["], "JMESPath"),
    ],
)
def test_options_that_do_not_fit_name_themselves(
    serve: Serve, tmp_path: Path, options: list[str], part: str
) -> None:
    """A mistake ends with exit code 2 and names the option or field, before any call."""
    with serve(lambda _: pytest.fail("no call expected")):
        code, told = refused(run(*variants(numbers(tmp_path, 20), *options)))
    assert code == 2
    assert part in told.replace("\n", " ")


def test_a_sample_is_told_in_table_page_and_document(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a metric speaks of a part of the records, whoever reads it is told, and of how many."""
    monkeypatch.setattr(Sample.__init__, "__defaults__", (100,))
    page = tmp_path / "page.html"
    given = [
        "--endpoint",
        "e",
        "--baseline",
        "old",
        "--canary",
        "new",
        "--labelled-set",
        str(numbers(tmp_path, 300)),
        "--all",
    ]
    with serve(parity()):
        table = " ".join(run(*given, "--html", str(page)).output.split())
        document = json.loads(run(*given, "--json").stdout)
    told = "roc auc, roc curve, score shift: on a random sample of 100 of the 300 records"
    assert told in table
    assert told in page.read_text()
    assert document["sample"] == {
        "metrics": ["roc_auc", "roc_curve", "score_shift"],
        "records": 100,
        "of": 300,
    }


def test_a_missing_file_is_named(serve: Serve, tmp_path: Path) -> None:
    """No file, no evaluation."""
    code, told = refused(run(*variants(tmp_path / "none.csv")))
    assert (code, "labelled_set" in told) == (2, True)


def test_an_endpoint_that_vanishes_keeps_what_was_evaluated(serve: Serve, tmp_path: Path) -> None:
    """Exit code 1 with the endpoint's error, and a second run goes on from the state file."""
    calls = iter(range(10_000))
    state, labelled = tmp_path / "state.json", numbers(tmp_path, 400)

    def vanishing(request: Request) -> Reply:
        if next(calls) >= 120:
            raise RuntimeRefusal("ValidationError", "Endpoint churn not found.", 400)
        return parity()(request)

    with serve(vanishing):
        code, told = refused(run(*variants(labelled, "--state", str(state), "--concurrency", "1")))
    assert (code, "not found" in told, "records were evaluated before" in told) == (1, True, True)
    seen: list[Request] = []

    def counting(request: Request) -> Reply:
        seen.append(request)
        return parity()(request)

    with serve(counting):
        result = run(*variants(labelled, "--state", str(state), "--json"))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["records"]["taken"] == 60 + len(seen) // 2


def test_a_local_endpoint_needs_no_account(
    serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without region and credentials a stand-in on this machine is asked all the same."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with serve(parity()):
        result = run(*variants(numbers(tmp_path, 400), "--json"))
    assert result.exit_code == 0, result.stderr


def test_no_region_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A missing region is exit code 1 and a sentence."""
    monkeypatch.delenv("AWS_DEFAULT_REGION", raising=False)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    code, told = refused(run(*variants(numbers(tmp_path, 20))))
    assert (code, "region" in told) == (1, True)
