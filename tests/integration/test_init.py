"""`canaryctl init` against an endpoint: the file it writes starts a rollout."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from canaryctl.app import app
from canaryctl.spec.reading import check_file
from tests.answers import checked
from tests.integration.stage import ENDPOINT, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    """An endpoint with v1 that serves and v2 at weight 0."""
    with Stage() as ready:
        yield ready


def init(*arguments: str) -> Result:
    """Run the command."""
    return CliRunner().invoke(app, ["init", *arguments])


def test_what_is_written_validates_and_is_never_written_over(stage: Stage, tmp_path: Path) -> None:
    """The file, its canary with the reason, and a second time only by --force."""
    del stage
    path = tmp_path / "spec.yaml"
    result = init(ENDPOINT, "--output", str(path))
    assert result.exit_code == 0, result.output
    assert "The canary is v2: the one variant at weight 0" in result.stderr
    written = path.read_text(encoding="utf-8")
    found = check_file(path)
    assert found.spec is not None
    assert (found.spec.endpoint, found.spec.canary) == (ENDPOINT, "v2")
    path.write_text("mine", encoding="utf-8")
    again = init(ENDPOINT, "--output", str(path))
    assert again.exit_code == 2
    assert "is there already" in again.stderr
    assert path.read_text(encoding="utf-8") == "mine"
    assert init(ENDPOINT, "--output", str(path), "--force").exit_code == 0
    assert path.read_text(encoding="utf-8") == written
    assert init(ENDPOINT).stdout == written


def test_a_pipeline_gets_the_spec_as_json(stage: Stage, tmp_path: Path) -> None:
    """As it is published; a file is written beside it where one is asked for."""
    del stage
    path = tmp_path / "spec.yaml"
    result = init(ENDPOINT, "--output", str(path), "--json")
    (document,) = checked("init", result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert (document["canary"], document["file"]) == ("v2", str(path))
    assert document["text"] == path.read_text(encoding="utf-8")
    assert document["spec"] == check_file(path).document


def test_an_endpoint_that_is_not_there_is_refused(stage: Stage) -> None:
    """With what to look at."""
    del stage
    result = init("no-such-endpoint")
    assert result.exit_code == 2
    assert "there is no endpoint 'no-such-endpoint' here" in result.stderr
