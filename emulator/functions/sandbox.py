"""One function's warm sandbox: its handler loaded from source under a private name, its variables,
its session.

Functions share no module of their own, no environment and no boto3 session. What lies in layers
is shared by the process, so nothing there may keep what belongs to one
function.
"""

from __future__ import annotations

import importlib.util
import itertools
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import boto3.session

from emulator.functions import environ

_numbers = itertools.count()
_running: ContextVar[Sandbox | None] = ContextVar("sandbox", default=None)

Handler = Callable[[Any, Any], Any]


@dataclass
class Sandbox:
    """A function between its cold start and its end; a changed configuration gets a new one."""

    function: str
    role_arn: str
    folder: Path
    entry: str
    configuration: object
    variables: dict[str, str]
    handler: Handler | None = None
    module_name: str = ""
    session: boto3.session.Session | None = field(default=None, repr=False)
    # Threads of a handler ask for the default session outside the account's lock.
    making_session: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def load(self) -> Handler:
        """Return the handler, imported on the first call. Raises whatever the module raises."""
        if self.handler is None:
            module, attribute = self.entry.rsplit(".", 1)
            path = self.folder / f"{module.replace('.', '/')}.py"
            self.module_name = f"_function_{next(_numbers)}_{self.function.replace('-', '_')}"
            self.handler = getattr(_imported(self.module_name, path), attribute)
        return self.handler

    def forget(self) -> None:
        """Drop the module."""
        sys.modules.pop(self.module_name, None)
        self.handler = None


def _imported(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise ModuleNotFoundError(f"no handler module at {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


@contextmanager
def inside(sandbox: Sandbox) -> Iterator[None]:
    """Run code as this function: its environment, its identity, its boto3 session."""
    token = _running.set(sandbox)
    try:
        with environ.overlaid(sandbox.variables):
            yield
    finally:
        _running.reset(token)


def current() -> Sandbox | None:
    """Return the sandbox whose code runs in this context, None outside every function."""
    return _running.get()


def default_session(original: Callable[[], boto3.session.Session]) -> boto3.session.Session:
    """Return boto3's default session of this context: a function has its own, with its own
    credentials.
    """
    sandbox = _running.get()
    if sandbox is None:
        return original()
    with sandbox.making_session:
        if sandbox.session is None:
            sandbox.session = boto3.session.Session()
        return sandbox.session


def lambda_variables(
    name: str, memory_mb: int, region: str, credentials: Mapping[str, str]
) -> dict[str, str]:
    """Return the variables the Lambda service itself sets."""
    return {
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(memory_mb),
        "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
        "TZ": ":UTC",
        **credentials,
    }
