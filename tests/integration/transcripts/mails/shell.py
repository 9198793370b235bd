"""A shell beside an open account: the account's address, keys and programs, and nothing else. No
region, no stack's name, no folder: what a mail leaves out is not there.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from emulator import Emulator
from emulator.server import AccountServer

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[4]
MINUTE_SECONDS = 60.0
"""Wall seconds of an emulated minute while a person types: the account lives as a real one does."""
WAIT_SECONDS = 600  # of a busy machine; a quiet one needs three


def typed(account: Emulator, line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Return how a line of shell went, typed as it stands while the account lives on."""
    went: list[subprocess.CompletedProcess[str]] = []
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with AccountServer(account, minute_seconds=MINUTE_SECONDS) as server:
        environment = clean | {
            "PATH": f"{BIN}{os.pathsep}{clean.get('PATH', '')}",
            "HOME": str(home),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "layers" / "core")]),
            "AWS_ENDPOINT_URL": server.url,
            "AWS_ACCESS_KEY_ID": "AKIAADMINISTRATOR000",
            "AWS_SECRET_ACCESS_KEY": "emulated",
        }

        def type_it() -> None:
            try:
                shell = subprocess.run(
                    ["bash", "-c", line],
                    cwd=home,
                    env=environment,
                    capture_output=True,
                    text=True,
                    timeout=WAIT_SECONDS,
                    check=False,
                )
                went.append(shell)
            finally:
                server.stop()

        fingers = threading.Thread(target=type_it, name="fingers")
        fingers.start()
        server.run()
        fingers.join()
    account.clock.set_pace(0.0)
    return went[0]
