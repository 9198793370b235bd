"""Labelled sets on the local disk; the version is the hash of the content."""

import hashlib
from pathlib import Path

from canary.domain.errors import Refused
from canary.ports.quality import FetchedSet, SetHead


class LocalLabelledFiles:
    """Reads labelled sets from local paths."""

    def version(self, uri: str) -> str:
        """Return the SHA-256 of the file's content."""
        path = _existing(uri)
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def head(self, uri: str, at_most_bytes: int) -> SetHead:
        """Return the file itself; `whole` when it is no longer than `at_most_bytes`."""
        path = _existing(uri)
        return SetHead(path, self.version(uri), whole=path.stat().st_size <= at_most_bytes)

    def fetch(self, uri: str) -> FetchedSet:
        """Return the file where it lies."""
        return FetchedSet(_existing(uri), self.version(uri))

    def read(self, uri: str, at_most_bytes: int) -> bytes:
        """Return a file's bytes."""
        path = _existing(uri)
        if path.stat().st_size > at_most_bytes:
            raise Refused("guards.quality.body_column", f"{uri} is too large", "Leave it out")
        return path.read_bytes()


def _existing(uri: str) -> Path:
    path = Path(uri)
    if not path.is_file():
        raise Refused(
            "guards.quality.labelled_set",
            f"no file {uri}",
            "Give an existing file or an s3:// address",
        )
    return path
