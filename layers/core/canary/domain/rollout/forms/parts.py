"""What every form for people tells below its first two sentences, in the order it is read."""

from collections.abc import Iterator

from canary.domain.rollout.kinds.fact import Said, sentence
from canary.domain.rollout.messages import Message


def parts(message: Message, said: Said) -> Iterator[tuple[str, str]]:
    """Yield a label ('' for none) and its sentence; numbers only where nothing else tells them."""
    if message.serving is not None:
        yield "Weights", f"{message.serving.words}."
    if said.why:
        yield "Why", said.why
    if message.act is not None:
        yield "Ordered", sentence(message.act.words)
    told = " ".join((said.now, said.why, *said.more))
    if message.numbers is not None and not message.numbers.said_in(told):
        yield "Numbers", f"{message.numbers.sentence}."
    yield from (("", text) for text in said.more)
    if said.then:
        yield "If nobody acts", said.then
