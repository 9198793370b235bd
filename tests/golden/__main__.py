"""`python -m tests.golden`: writes every golden file again and names those that changed.

Nothing else writes them: a message that reads differently fails its test until somebody has read
the difference.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.messages import Message
from tests.golden.samples import samples

FOLDER = Path(__file__).parent / "files"


def mail(message: Message) -> str:
    """Return a mail as one reads it: the subject, an empty line, the body."""
    told = mail_of(message)
    return f"{told.subject}\n\n{told.body}\n"


FORMS: Mapping[str, Callable[[Message], str]] = {"mail.txt": mail}


def golden() -> Iterator[tuple[Path, str]]:
    """Yield every golden file's path with what it has to hold."""
    for name, message in samples():
        for form, text in FORMS.items():
            yield FOLDER / f"{name}.{form}", text(message)


def main() -> None:
    """Write what differs, take away what no message makes any more."""
    FOLDER.mkdir(exist_ok=True)
    wanted = dict(golden())
    for path, text in wanted.items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(Path.cwd())}")  # noqa: T201 -- a command's answer
    for path in sorted(set(FOLDER.iterdir()) - wanted.keys()):
        path.unlink()
        print(f"took away {path.relative_to(Path.cwd())}")  # noqa: T201 -- a command's answer


if __name__ == "__main__":
    main()
