"""A local account in a process of its own, and a shell beside it as a person would have one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[3]
LAST_LINE = "start --spec spec.json"
WAIT_SECONDS = 900  # of a busy machine; a quiet one needs a tenth


class Laptop:
    """`canaryctl local` with these options; use as a context manager. `folder` is the shell's."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self.lines: list[str] = []
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self._environment = clean | {
            "PATH": f"{BIN}{os.pathsep}{clean.get('PATH', '')}",
            "HOME": str(folder),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
            "COLUMNS": "200",
        }
        self._process = subprocess.Popen(
            [BIN / "canaryctl", "local", "--port", "0", *options],
            cwd=folder,
            env=self._environment | {"PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._greeted = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)

    @staticmethod
    def alone(folder: Path, script: str) -> None:
        """Run a piece of shell that needs no account; it has to succeed."""
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], cwd=folder, check=True)

    def __enter__(self) -> Self:
        """Wait for the greeting, and type what it says."""
        self._reader.start()
        assert self._greeted.wait(WAIT_SECONDS), self.text
        exported = re.search(r"export (.+)", self.text)
        assert exported is not None, self.text
        self._environment |= dict(pair.split("=", 1) for pair in exported[1].split())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Press Ctrl-C, and wait."""
        self._process.send_signal(signal.SIGINT)
        self.exit_code = self._process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)

    @property
    def text(self) -> str:
        """Everything it has said."""
        return "\n".join(self.lines)

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """Return how a piece of shell went."""
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )

    def said(self, script: str) -> str:
        """Return what a piece of shell printed; it has to succeed."""
        done = self.shell(script)
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}\n{self.text}"
        return done.stdout.strip()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self.lines.append(line.rstrip())
                if LAST_LINE in line:
                    self._greeted.set()
        self._greeted.set()
