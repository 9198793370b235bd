"""Write the hashed requirements files from the dependency groups of pyproject.toml, or check that
they still agree.

Rules of this file: every lock is universal (one file for every platform), carries the hash of every
artifact, and names no host, so that it installs the same bytes from any registry or mirror. A
layer's lock is held to the versions of dev.txt: what the tests run is what is shipped.

    python requirements/lock.py           # write, keeping every version that still fits
    python requirements/lock.py --upgrade # write, taking the newest versions
    python requirements/lock.py --check   # exit 1 when a lock and pyproject.toml disagree
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)
UNREACHABLE = re.compile(
    r"error sending request|failed to fetch|dns error|network was disabled|timed out|connect",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Lock:
    """One hashed requirements file: where it stands, the group it is written from, the oldest
    Python it serves.
    """

    path: str
    group: str
    python: str = "3.11"
    with_project: bool = False
    """True where the project's own dependencies belong to it, all extras included."""
    held_to: str | None = None
    """Another lock whose versions it must share."""


LOCKS = (
    Lock("requirements/bootstrap.txt", "bootstrap"),
    Lock("requirements/dev.txt", "dev", with_project=True),
    Lock("requirements/sam.txt", "sam"),
    Lock("requirements/audit.txt", "audit"),
    Lock("requirements/pages.txt", "pages"),
    Lock("requirements/site.txt", "site"),
    Lock("requirements/lambda.txt", "lambda", python="3.13"),
    Lock(
        "layers/core/requirements.txt", "layer-core", python="3.13", held_to="requirements/dev.txt"
    ),
    Lock(
        "layers/scoring/requirements.txt",
        "layer-scoring",
        python="3.13",
        held_to="requirements/dev.txt",
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Return 0 when every lock is written or agrees, 1 when one disagrees."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when a lock is stale"
    )
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = parser.parse_args(arguments)
    return check() if options.check else write(upgrade=options.upgrade)


def write(*, upgrade: bool) -> int:
    """Return 0 after writing every lock; the locks others are held to come first in the table."""
    for lock in LOCKS:
        done = compile_to(lock, ROOT / lock.path, upgrade=upgrade)
        if done.returncode:
            print(done.stderr, file=sys.stderr)
            return 1
        print(f"wrote {lock.path}: {len(pins(ROOT / lock.path))} packages")
    return 0


def check() -> int:
    """Return 1 when a lock disagrees with pyproject.toml. Without a registry only the named
    packages are compared.
    """
    with ThreadPoolExecutor() as pool:
        stale = [reason for reason in pool.map(disagreement, LOCKS) if reason]
    for reason in stale:
        print(reason, file=sys.stderr)
    if stale:
        print("remedy: make lock", file=sys.stderr)
    return 1 if stale else 0


def disagreement(lock: Lock) -> str | None:
    """Return why `lock` is stale, or None. Recompiles beside it where a registry answers, else
    reads it.
    """
    path = ROOT / lock.path
    if not path.exists():
        return f"{lock.path} is missing"
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(shutil.copy(path, folder))
        done = compile_to(lock, fresh, upgrade=False)
        if done.returncode == 0:
            same = fresh.read_text() == path.read_text()
            print(f"{lock.path}: {'agrees' if same else 'STALE'}")
            return None if same else f"{lock.path} is not what pyproject.toml compiles to"
    if not UNREACHABLE.search(done.stderr):
        return f"{lock.path} does not compile:\n{done.stderr}"
    print(
        f"{lock.path}: registry not reachable, only its versions were compared with pyproject.toml"
    )
    missing = unmet(lock)
    return f"{lock.path} does not meet {', '.join(missing)}" if missing else None


def compile_to(lock: Lock, target: Path, *, upgrade: bool) -> subprocess.CompletedProcess[str]:
    """Return uv's run that wrote `target`; versions already in `target` are kept where they fit."""
    command = [
        str(Path(sysconfig.get_path("scripts")) / "uv"),
        "pip",
        "compile",
        "--quiet",
        "--universal",
    ]
    command += [
        "--generate-hashes",
        "--no-header",
        "--no-emit-index-url",
        "--fork-strategy",
        "fewest",
    ]
    command += ["--python", sys.executable, "--python-version", lock.python]
    command += ["--group", lock.group, "--output-file", str(target)]
    command += ["pyproject.toml", "--all-extras"] if lock.with_project else []
    command += ["--constraints", lock.held_to] if lock.held_to else []
    command += ["--upgrade"] if upgrade else []
    # The command is put together from the table above alone.
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603


def unmet(lock: Lock) -> list[str]:
    """Return the requirements of the lock's group that its pins do not meet."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = list(group_entries(project["dependency-groups"], lock.group))
    if lock.with_project:
        wanted += sum(
            project["project"]["optional-dependencies"].values(), project["project"]["dependencies"]
        )
    have = pins(ROOT / lock.path)
    asked = [Requirement(text) for text in wanted]
    return [
        str(each)
        for each in asked
        if not each.specifier.contains(have.get(canonical(each.name), "0"))
    ]


def group_entries(groups: dict[str, list[str | dict[str, str]]], name: str) -> list[str]:
    """Return the requirements of group `name`, included groups opened."""
    entries: list[str] = []
    for entry in groups[name]:
        entries += (
            [entry] if isinstance(entry, str) else group_entries(groups, entry["include-group"])
        )
    return entries


def pins(path: Path) -> dict[str, str]:
    """Return the version pinned for every package in a lock, by canonical name."""
    return {canonical(name): version for name, version in PINNED.findall(path.read_text())}


def canonical(name: str) -> str:
    """Return a package's name as registries compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    sys.exit(main())
