"""Every built function is imported as Lambda would: Python 3.13, its own folder, its layers, the
runtime's SDK.
"""

import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from layers.artifact import BuiltFunction

pytestmark = [pytest.mark.artifact, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(file.parent.name for file in ROOT.glob("functions/*/app.py"))
LOOK = """
import importlib, sys
sys.path[:0] = sys.argv[2:]
module, _, name = sys.argv[1].partition(".")
assert callable(getattr(importlib.import_module(module), name))
print(*sorted(sys.modules), sep="\\n")
"""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_handler_is_found(
    name: str, artifact: Mapping[str, BuiltFunction], interpreter: str, runtime: Path
) -> None:
    """A built function imports and has its handler with nothing on the path but what Lambda gives
    it.
    """
    function = artifact[name]
    done = look(interpreter, function.handler, (*function.path, runtime))
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_missing_layer_is_noticed(
    name: str, artifact: Mapping[str, BuiltFunction], interpreter: str, runtime: Path
) -> None:
    """The same look fails when the layers are left out, so that it does prove something."""
    function = artifact[name]
    done = look(interpreter, function.handler, (function.code, runtime))
    assert "ModuleNotFoundError" in done.stderr


@pytest.mark.parametrize("name", FUNCTIONS)
def test_scikit_learn_is_not_loaded(
    name: str, artifact: Mapping[str, BuiltFunction], interpreter: str, runtime: Path
) -> None:
    """No start pays the second that importing scikit-learn takes: the evaluator loads it where the
    first report begins.
    """
    function = artifact[name]
    loaded = look(interpreter, function.handler, (*function.path, runtime)).stdout.split()
    assert "canary" in loaded
    assert not {"sklearn", "numpy", "scipy"} & set(loaded)


def look(
    interpreter: str, handler: str, folders: Iterable[Path]
) -> subprocess.CompletedProcess[str]:
    """Return the run of an isolated interpreter (no site-packages, no environment, no bytecode
    written).
    """
    command = [interpreter, "-I", "-S", "-B", "-c", LOOK, handler, *map(str, folders)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
