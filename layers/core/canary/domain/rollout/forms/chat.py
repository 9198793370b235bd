"""A message as a custom notification of Amazon Q Developer in chat applications (AWS Chatbot).

Source: its administrator guide, "Custom notifications": version 1.0, source custom, Markdown as the
client reads it. Slack and Teams read it differently, so what is not ours (names, reasons, AWS's
answers) is shown so that neither takes it for markup.
"""

import json
from collections.abc import Iterator, Mapping

from canary.domain.rollout.forms.commands import command_lines, does, located, looks
from canary.domain.rollout.forms.mail import mail_of
from canary.domain.rollout.forms.parts import parts
from canary.domain.rollout.forms.places import Place
from canary.domain.rollout.forms.subject import subject_of
from canary.domain.rollout.kinds.fact import Said
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.words import moment

MARKS = {"info": ":information_source:", "warning": ":warning:", "page": ":rotating_light:"}
LONGEST_LINE = 1_500
LOOK_ALIKES = str.maketrans(
    {"*": "\u2217", "_": "\uff3f", "~": "\u223c", "`": "'", "|": "\u00a6"}
    | {"&": "&amp;", "<": "&lt;", ">": "&gt;", "[": "(", "]": ")"}
)
"""What marks text up in Slack or Teams, and what looks like it and marks nothing."""


def chat_of(message: Message | WrittenMessage) -> str:
    """Return the JSON that a chat channel is sent; of version 5d17009 the mail's words."""
    if isinstance(message, WrittenMessage):
        mail = mail_of(message)
        return _document(message.id, mail.subject, escaped(mail.body), (), {})
    said = message.facts.say(message)
    title = subject_of(message.endpoint, said.what, said.brief).removeprefix("[canary] ")
    metadata = {
        "threadId": message.rollout,
        "summary": title,
        "eventType": message.facts.about,
        "relatedResources": [message.endpoint, *filter(None, [message.execution])],
        "additionalContext": {
            "severity": message.severity,
            "endpoint": message.endpoint,
            "rollout": message.rollout,
            "phase": str(message.phase),
            "revision": str(message.revision),
        },
    }
    steps = (
        *(
            f"{escaped(does(message, one.command))}: {code(one.canaryctl)}"
            for one in command_lines(message)
        ),
        *(f"{escaped(what)}: {code(located(message, line))}" for what, line in said.mend),
        *(
            f"Without canaryctl: {code(one.aws)}"
            for one in command_lines(message)
            if message.severity == "page" and one.aws
        ),
        *(code(one) for one in looks(message, said.look)),
    )
    title = f"{MARKS[message.severity]} {escaped(title)}"
    return _document(message.id, title, "\n".join(_lines(message, said)), steps, metadata)


def escaped(text: str) -> str:
    """Return a text in which nothing is markup, in Slack and in Teams; an underscore within a word
    is none in either and stays.
    """
    parts = (_underscores(word) for word in text.split(" "))
    return " ".join(parts)[:LONGEST_LINE]


def _underscores(word: str) -> str:
    whole = [
        "_"
        if one == "_" and 0 < at < len(word) - 1 and (word[at - 1] + word[at + 1]).isalnum()
        else one.translate(LOOK_ALIKES)
        for at, one in enumerate(word)
    ]
    return "".join(whole)


def code(text: str) -> str:
    """Return a command that can be copied: within a code span nothing but its end is markup."""
    safe = text.replace("`", "'").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"`{safe}`"


def _lines(message: Message, said: Said) -> Iterator[str]:
    yield f"*{escaped(said.safe)}*"
    yield escaped(said.now)
    for label, text in parts(message, said):
        yield f"*{label}* {escaped(text)}" if label else escaped(text)
    place = Place.of(message.execution)
    links = {
        "execution": place.execution_link if place else "",
        "endpoint": place.endpoint_link(message.endpoint) if place else "",
    }
    yield from (f"{name}: {link}" for name, link in links.items() if link)
    yield escaped(f"Rollout {message.rollout}, revision {message.revision}, {moment(message.at)}.")


def _document(
    identity: str,
    title: str,
    description: str,
    steps: tuple[str, ...],
    metadata: Mapping[str, object],
) -> str:
    content: dict[str, object] = {
        "textType": "client-markdown",
        "title": title,
        "description": description,
    }
    if steps:
        content["nextSteps"] = list(steps)
    document: dict[str, object] = {
        "version": "1.0",
        "source": "custom",
        "id": identity,
        "content": content,
    }
    if metadata:
        document["metadata"] = metadata
    return json.dumps(document, ensure_ascii=False)
