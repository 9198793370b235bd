"""What is inside the built artifact: small enough, of one architecture, with bytecode, without
tests.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from layers import build
from layers.artifact import LIMIT_BYTES, BuiltFunction, architectures
from layers.build import faults_of

pytestmark = [pytest.mark.artifact, pytest.mark.slow]


def test_every_function_fits(artifact: Mapping[str, BuiltFunction]) -> None:
    """No function with its layers is over Lambda's 250 MB, with room for a release of scikit-learn
    to grow.
    """
    assert {
        name: function.size_bytes
        for name, function in artifact.items()
        if function.size_bytes > 0.95 * LIMIT_BYTES
    } == {}


def test_oversize_is_noticed(
    artifact: Mapping[str, BuiltFunction], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A function over the limit is a fault of the build that names it."""
    monkeypatch.setattr(build, "LIMIT_BYTES", artifact["planner"].size_bytes)
    machine = architectures(artifact["planner"].layers[0]).pop()
    assert list(faults_of(artifact["planner"], machine)) == []
    assert [fault.split(":")[0] for fault in faults_of(artifact["evaluator"], machine)] == [
        "EvaluatorFunction"
    ]


def test_other_architecture_is_noticed(artifact: Mapping[str, BuiltFunction]) -> None:
    """Shared objects of one architecture in an artifact for the other are a fault of the build."""
    faults = {
        fault
        for function in artifact.values()
        for asked in ("arm64", "x86_64")
        for fault in faults_of(function, asked)
    }
    assert len(faults) == len(artifact)


def test_no_tests_are_shipped(artifact: Mapping[str, BuiltFunction]) -> None:
    """Third-party test folders, 30 MB of them, stay out of the layers."""
    layers = {layer for function in artifact.values() for layer in function.layers}
    assert [folder for layer in layers for folder in layer.rglob("tests") if folder.is_dir()] == []


def test_bytecode_is_shipped(artifact: Mapping[str, BuiltFunction], interpreter: str) -> None:
    """Every module of our package has bytecode that is used without looking at its source (PEP 552,
    flags 0b01).
    """
    assert interpreter
    core = artifact["planner"].layers[0] / "python" / "canary"
    sources = [source for source in core.rglob("*.py") if source.stat().st_size]
    flags = {bytecode_flags(source) for source in sources}
    assert flags == {1}


def bytecode_flags(source: Path) -> int:
    """Return the flags in the header of a source file's bytecode for Python 3.13."""
    header = (source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc").read_bytes()[:8]
    return int.from_bytes(header[4:], "little")
