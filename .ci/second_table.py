"""Run the contract tests of the table on AWS's own DynamoDB Local, beside moto.

The npm package amplify-dynamodb-simulator ships DynamoDB Local; it is fetched once, in one version
and held to its hash, and runs in memory on this machine's own address until the tests are over.
Exit code that of the tests. Where npm or Java is missing, or the registry does not answer, this
says so and passes: the project needs neither, and the tests run on moto all the same.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE, VERSION = "amplify-dynamodb-simulator", "2.9.30"
SHA256 = "3503ffac19f183407909fecdacf4db51ab1fdad1da7b2f177016670b2d80e4b9"
KEPT = ROOT / "out" / "dynamodb-local" / VERSION
TESTS = ("tests/contract/adapters/test_stores.py", "tests/contract/adapters/test_table.py")
SECONDS_TO_START = 60


def main() -> int:
    """Return 0 when the tests pass on both stand-ins, or the second cannot be had here."""
    missing = [name for name in ("npm", "java") if shutil.which(name) is None]
    if missing:
        print(f"DynamoDB Local skipped: no {' and no '.join(missing)} here")
        return 0
    if not KEPT.is_dir() and not fetched():
        print("DynamoDB Local skipped: the npm registry did not answer")
        return 0
    with running() as address:
        if address is None:
            print("DynamoDB Local skipped: this Java does not run it")
            return 0
        # The command is put together of our own words alone.
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "pytest", "-q", "-n", "0", *TESTS, *sys.argv[1:]],
            cwd=ROOT,
            env={**os.environ, "DYNAMODB_LOCAL": address},
            check=False,
        ).returncode


def fetched() -> bool:
    """Return whether the package is in its place; what has another hash ends everything."""
    with tempfile.TemporaryDirectory() as folder:
        npm = ["npm", "pack", "--silent", f"{PACKAGE}@{VERSION}"]
        done = subprocess.run(npm, cwd=folder, capture_output=True, check=False)  # noqa: S603
        packed = Path(folder) / f"{PACKAGE}-{VERSION}.tgz"
        if done.returncode or not packed.is_file():
            return False
        if hashlib.sha256(packed.read_bytes()).hexdigest() != SHA256:
            sys.exit(f"{PACKAGE} {VERSION} has another hash than it had: look what it is now")
        with tarfile.open(packed) as archive:
            archive.extractall(folder, filter="data")
        KEPT.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(Path(folder) / "package" / "emulator", KEPT)
    return True


@contextmanager
def running() -> Iterator[str | None]:
    """Give the address of a server in memory, None where it does not start; it ends with the
    tests.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    java = ["java", f"-Djava.library.path={KEPT / 'DynamoDBLocal_lib'}"]
    options = ["-inMemory", "-disableTelemetry", "-port", str(port)]
    server = subprocess.Popen(  # noqa: S603
        [*java, "-jar", str(KEPT / "DynamoDBLocal.jar"), *options],
        cwd=KEPT,  # it leaves a file where it runs
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        yield address if answers(server, address) else None
    finally:
        server.terminate()
        server.wait()


def answers(server: subprocess.Popen[bytes], address: str) -> bool:
    """Return whether the server answers, in time and alive."""
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=2).close()  # noqa: S310
        except urllib.error.HTTPError:
            return True  # a request that is none of DynamoDB's is refused, by DynamoDB
        except OSError:
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main())
