"""The built artifact, made once for all tests of this folder, in a temporary folder."""

import fcntl
import importlib.util
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from layers.artifact import BuiltFunction, read_artifact
from layers.build import ROOT, SAM, UV, python313, sam_build

RUNTIME_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
"""What Lambda's Python runtime brings itself: the SDK and what the SDK needs."""


@pytest.fixture(scope="session")
def interpreter() -> str:
    """Return a Python 3.13, the version Lambda runs."""
    if platform.system() != "Linux":
        pytest.skip("the artifact is built for Linux: its shared objects do not load here")
    found = python313()
    if found is None:
        pytest.skip("no Python 3.13 on this machine: the built functions cannot be imported")
    return found


@pytest.fixture(scope="session")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, BuiltFunction]:
    """Return the built functions by the name of their folder, for this machine's architecture."""
    if not SAM.exists():
        pytest.skip("no SAM CLI here: `make sam-env` installs it")
    folder = shared_folder(tmp_path_factory) / "artifact"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the first worker builds, the others wait for it
        if not (folder / "template.yaml").exists():
            architecture = "arm64" if platform.machine() in {"arm64", "aarch64"} else "x86_64"
            assert sam_build(folder, architecture) == 0
    return {
        function.name.removesuffix("Function").lower(): function
        for function in read_artifact(folder)
    }


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with Lambda's runtime client for Python 3.13."""
    folder = tmp_path_factory.mktemp("client")
    command: list[str | Path] = [
        UV,
        "pip",
        "install",
        "--quiet",
        "--python",
        sys.executable,
        "--target",
        folder,
        "--require-hashes",
    ]
    command += [
        "--python-version",
        "3.13",
        "--only-binary",
        ":all:",
        "--requirement",
        ROOT / "requirements/lambda.txt",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"Lambda's runtime client could not be installed: {done.stderr}")
    return folder


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the packages that Lambda's runtime brings and nothing else of this
    environment.
    """
    folder = tmp_path_factory.mktemp("runtime")
    for package in RUNTIME_PACKAGES:
        found = importlib.util.find_spec(package)
        assert found is not None
        assert found.origin is not None
        place = Path(found.origin)
        place = place.parent if place.name == "__init__.py" else place
        (folder / place.name).symlink_to(place)
    return folder


def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a temporary folder that all workers of one run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if own.name.startswith("popen-") else own
