"""A message as a mail to the person on call: the subject says what is true, the body whether users
are safe, why, what happens next and what to type.
"""

from collections.abc import Iterator

from canary.domain.model import Frozen
from canary.domain.rollout.forms.commands import command_lines, does, located, looks
from canary.domain.rollout.forms.parts import parts
from canary.domain.rollout.forms.places import Place
from canary.domain.rollout.forms.subject import subject_of
from canary.domain.rollout.kinds.fact import Said
from canary.domain.rollout.messages import Message, WrittenMessage
from canary.domain.words import moment


class Mail(Frozen):
    """One mail."""

    subject: str
    body: str


def mail_of(message: Message | WrittenMessage) -> Mail:
    """Return the mail that tells a message; one of version 5d17009 as it was written."""
    if isinstance(message, WrittenMessage):
        return Mail(subject=message.subject, body=message.body)
    said = message.facts.say(message)
    subject = subject_of(message.endpoint, said.what, said.brief)
    return Mail(subject=subject, body="\n".join(_lines(message, said)))


def _lines(message: Message, said: Said) -> Iterator[str]:
    yield from (said.now, said.safe)
    for label, text in parts(message, said):
        yield f"{label}: {text}" if label else text
    yield from _to_type(message, said)
    yield from _links(message)
    yield (
        f"Rollout {message.rollout}, step {message.step}, revision {message.revision}, "
        f"generation {message.generation}, {moment(message.at)}."
    )


def _to_type(message: Message, said: Said) -> Iterator[str]:
    look = looks(message, said.look)
    if look:
        yield from ("", "To look:", *(f"  {line}" for line in look))
    known = command_lines(message)
    if known or said.mend:
        yield from ("", "To act:")
    for one in known:
        yield from (f"{does(message, one.command)}:", f"  {one.canaryctl}")
    for does_what, line in said.mend:
        yield from (f"{does_what}:", f"  {located(message, line)}")
    if message.severity == "page" and any(one.aws for one in known):
        yield from ("Or without canaryctl:", *(f"  {one.aws}" for one in known))


def _links(message: Message) -> Iterator[str]:
    place = Place.of(message.execution)
    links = (place.execution_link, place.endpoint_link(message.endpoint)) if place else ("", "")
    yield ""
    if message.execution and (message.severity == "page" or not links[0]):
        yield f"Execution: {message.execution}"
    yield from (link for link in links if link)
