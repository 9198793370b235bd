"""`python -m tests.golden`: writes every golden file again and names those that changed.

Nothing else writes them: a message that reads differently fails its test until somebody has read
the difference.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from canary.domain.rollout.forms.chat import chat_of
from canary.domain.rollout.forms.event import state_change
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.messages import Message
from canaryctl.spec.schemas import message as message_schema
from tests.golden.samples import samples

FOLDER = Path(__file__).parent / "files"
SCHEMA = Path(__file__).parents[2] / "docs/schema/rollout-state-change-1.json"


def mail(message: Message) -> str:
    """Return a mail as one reads it: the subject, an empty line, the body."""
    told = mail_of(message)
    return f"{told.subject}\n\n{told.body}\n"


def event(message: Message) -> str:
    """Return an event's detail as JSON that one can read."""
    return f"{state_change(message).model_dump_json(indent=2)}\n"


def chat(message: Message) -> str:
    """Return a chat's notification as JSON that one can read."""
    return f"{json.dumps(json.loads(chat_of(message)), indent=2, ensure_ascii=False)}\n"


FORMS: Mapping[str, Callable[[Message], str]] = {
    "mail.txt": mail,
    "event.json": event,
    "chat.json": chat,
}


def schema() -> str:
    """Return the published JSON Schema of the event's detail."""
    return f"{json.dumps(message_schema(), indent=2)}\n"


def golden() -> Iterator[tuple[Path, str]]:
    """Yield every golden file's path with what it has to hold."""
    for name, message in samples():
        for form, text in FORMS.items():
            yield FOLDER / f"{name}.{form}", text(message)
    yield SCHEMA, schema()


def main() -> None:
    """Write what differs, take away what no message makes any more."""
    FOLDER.mkdir(exist_ok=True)
    SCHEMA.parent.mkdir(exist_ok=True)
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
