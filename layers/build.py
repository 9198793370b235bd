"""Build the real artifact with the SAM CLI, without Docker, and say what came out.

    python layers/build.py --architecture arm64 --into .aws-sam/build

Exit code 1 when the build fails, a function is over Lambda's limit, or a shared object is of
another architecture.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from layers.artifact import LIMIT_BYTES, BuiltFunction, architectures, read_artifact  # noqa: E402 - run as a script

SAM = ROOT / ".venv-sam" / "bin" / "sam"
UV = ROOT / ".venv" / "bin" / "uv"
MEBIBYTE = 2**20


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when the artifact is built, small enough and of one architecture."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--architecture", choices=["arm64", "x86_64"], default="arm64")
    parser.add_argument("--into", type=Path, default=ROOT / ".aws-sam" / "build")
    options = parser.parse_args(arguments)
    if code := sam_build(options.into, options.architecture):
        return code
    built = read_artifact(options.into)
    faults = [fault for function in built for fault in faults_of(function, options.architecture)]
    for function in built:
        print(
            f"{function.name}: {function.size_bytes / MEBIBYTE:.1f} of "
            f"{LIMIT_BYTES / MEBIBYTE:.0f} MiB unzipped"
        )
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


def sam_build(into: Path, architecture: str) -> int:
    """Return the exit code of `sam build`; the layers' Makefiles read the environment set here."""
    command = [
        str(SAM),
        "build",
        "--template",
        "template.yaml",
        "--build-in-source",
        "--build-dir",
        str(into),
    ]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    environment = {
        **os.environ,
        "ARCHITECTURE": architecture,
        "UV": str(UV),
        "SAM_CLI_TELEMETRY": "0",
    }
    environment |= {"PYTHON313": python313() or "", "AWS_DEFAULT_REGION": "eu-west-1"}
    # The command is put together from the words above alone.
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # noqa: S603


def faults_of(function: BuiltFunction, architecture: str) -> Iterator[str]:
    """Yield why `function` could not run in Lambda; nothing where it could."""
    if function.size_bytes > LIMIT_BYTES:
        yield (
            f"{function.name}: {function.size_bytes:,} bytes unzipped, Lambda takes {LIMIT_BYTES:,}"
        )
    found = set[str]().union(*(architectures(folder) for folder in function.layers))
    if found - {architecture}:
        yield (
            f"{function.name}: shared objects for {', '.join(sorted(found))} in an artifact "
            f"for {architecture}"
        )


def python313() -> str | None:
    """Return a Python 3.13 that runs, the version Lambda has, or None: on PATH first, then what
    pyenv keeps.
    """
    kept = sorted(Path.home().glob(".pyenv/versions/3.13*/bin/python3.13"))
    candidates = [shutil.which("python3.13"), *map(str, kept)]
    return next((path for path in candidates if path and runs(path)), None)


def runs(interpreter: str) -> bool:
    """Return whether `interpreter` is Python 3.13 itself; a pyenv shim without that version answers
    an error.
    """
    probe = [interpreter, "-c", "import sys; sys.exit(sys.version_info[:2] != (3, 13))"]
    # The interpreter was found by name on this machine.
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
