"""`canaryctl init`: a first spec for an endpoint, made of what stands there."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from canary.adapters.hosting import SageMakerHosting
from canary.adapters.sagemaker import SageMakerEndpoints
from canary.domain.errors import Refused
from canaryctl.operate.options import AsJson, Region, told_plainly
from canaryctl.operate.stack import client
from canaryctl.shell.endpoint import About
from canaryctl.shell.groups import with_options
from canaryctl.spec.draft import Choice, choose, draft
from canaryctl.spec.reading import check_text


@with_options(about=About)
def init_command(
    about: About,
    canary: Annotated[
        str | None, typer.Option(help="The canary, where more than one variant may be it.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A SageMaker model that the canary is to be built of.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File to write; else standard output.", dir_okay=False)
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over a file.")] = False,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Write a commented spec for an endpoint as it stands, and say which canary it is for and why.

    It reads the endpoint, its configuration and models, and changes nothing. The canary is the one
    variant at weight 0; where there are several, --canary says which. --json has the spec as JSON.
    """
    with told_plainly():
        if output is not None and output.exists() and not force:
            raise Refused(
                "--output", f"{output} is there already", "Name another file, or give --force"
            )
        asked = client("sagemaker", region)
        view = SageMakerEndpoints(asked).describe(about.endpoint)
        if not view.exists:
            raise Refused(
                "ENDPOINT",
                f"there is no endpoint {about.endpoint!r} here",
                "Check its name, the region and the account",
            )
        choice = choose(view, canary, model)
        text = draft(view, SageMakerHosting(asked).configured(view), choice)
        if output is not None:
            _write(output, text)
        if as_json:
            typer.echo(json.dumps(_as_document(choice, output, text), ensure_ascii=False))
            return
        if output is None:
            typer.echo(text, nl=False)
        _say(choice, output)


def _as_document(choice: Choice, output: Path | None, text: str) -> dict[str, Any]:
    """Return what was drafted as JSON."""
    return {
        "canary": choice.canary,
        "why": choice.why,
        "file": str(output) if output is not None else None,
        "spec": check_text(text, "spec.yaml").document,
        "text": text,
    }


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refused(
            "--output", f"{output}: {error.strerror or error}", "Name a file that can be written"
        ) from error


def _say(choice: Choice, output: Path | None) -> None:
    """Say what was taken for the canary, beside standard output, which holds the spec alone."""
    typer.echo(f"The canary is {choice.canary}: {choice.why}.", err=True)
    if output is not None:
        typer.echo(f"Written to {output}. Check it: canaryctl validate {output}", err=True)
