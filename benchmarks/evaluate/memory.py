"""Peak memory of evaluations, measured in a process of its own.

python -m benchmarks.evaluate.memory RECORDS [VARIANTS]

Of more than two variants each is evaluated as the canary of the first one, in rollouts of its own
one after the other, and what one left behind stays in the same process.
"""

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from benchmarks.evaluate.loops import evaluated, written_set
from canary.ports.quality import CallOptions, KeptPrediction, Reply


class Instant:
    """Answers the parity of a number at once."""

    def invoke(
        self, endpoint: str, variant: str, body: bytes, content_type: str, options: CallOptions
    ) -> Reply:
        """Return the answer."""
        del endpoint, options
        return Reply(str(int(body) % 2).encode(), content_type, variant)


class Parts:
    """Keeps predictions in a folder, as the function does in a bucket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(
        self, key: str, skips: Callable[[str], bool] = lambda _part: False
    ) -> Iterator[KeptPrediction]:
        """Return what is kept under the key."""
        for path in sorted(self._folder.glob(f"{key}-*")):
            if skips(path.name.removeprefix(f"{key}-")):
                continue
            for line in path.read_text("utf-8").splitlines():
                yield KeptPrediction(*json.loads(line))

    def append(self, key: str, part: str, predictions: Sequence[KeptPrediction]) -> None:
        """Keep one part."""
        lines = "".join(
            json.dumps([one.row, one.decision, one.score]) + "\n" for one in predictions
        )
        (self._folder / f"{key}-{part}").write_text(lines, "utf-8")


def main(records: int, variants: int = 2) -> None:
    """Print peak megabytes before and after, and seconds, as JSON."""
    with tempfile.TemporaryDirectory() as folder:
        path = written_set(Path(folder) / "set.csv", records)
        before, started = peak_megabytes(), time.monotonic()
        for canary in range(1, variants):
            kept = Parts(Path(folder))
            evaluated(path, Instant(), 1, lambda _: None, kept, canary=f"new{canary}")
        took = time.monotonic() - started
    print(json.dumps({"before_mb": before, "peak_mb": peak_megabytes(), "seconds": round(took, 1)}))


def peak_megabytes() -> float:
    """Return this program's own peak; getrusage would count the parent's before the program
    began.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(
            line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM")
        )
        return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]))
