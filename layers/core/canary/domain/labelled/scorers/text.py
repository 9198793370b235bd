"""Shares for text against one or several references: exact match, token F1, ROUGE-L.

Written here because they are short: `rouge-score` rests on nltk and absl and has had no release
since 2022, sacrebleu's BLEU is a corpus figure, and neither would fit beside scikit-learn in a
Lambda layer for two formulas.
"""

import re
import string
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_WORDS = re.compile(r"[^\W_]+")
_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> str:
    """Return text in lower case without ASCII punctuation, articles and runs of white space.

    Source: Rajpurkar et al. 2016 (SQuAD), `normalize_answer` of its evaluation script.
    """
    bare = text.lower().translate(_NO_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", bare).split())


def exact(references: Iterable[str], answer: str) -> float:
    """Return 1 where the answer is one of the references after normalisation, else 0."""
    return float(normalised(answer) in map(normalised, references))


def token_f1(references: Iterable[str], answer: str) -> float:
    """Return the best F1 of the tokens shared with a reference, counted with repetition.

    Where either has no token left, 1 if both have none. Source: as `normalised`.
    """
    return _best(references, answer, lambda text: normalised(text).split(), _shared)


def rouge_l(references: Iterable[str], answer: str) -> float:
    """Return the best F1 of the longest common subsequence of words with a reference.

    Words are runs of letters and digits in lower case, unstemmed, of any script (the reference
    implementation knows a-z and 0-9 alone). Source: Lin 2004, "ROUGE", section 3, sentence level,
    beta = 1.
    """
    return _best(references, answer, lambda text: _WORDS.findall(text.lower()), common_length)


def _best(
    references: Iterable[str],
    answer: str,
    tokens: Callable[[str], list[str]],
    shared: Callable[[Sequence[str], Sequence[str]], int],
) -> float:
    told = tokens(answer)
    wanted = [tokens(reference) for reference in references]
    return max((_f1(shared(one, told), len(one), len(told)) for one in wanted), default=0.0)


def _f1(shared: int, wanted: int, told: int) -> float:
    return 2 * shared / (wanted + told) if wanted + told else 1.0


def _shared(first: Sequence[str], second: Sequence[str]) -> int:
    return (Counter(first) & Counter(second)).total()


def common_length(first: Sequence[Hashable], second: Sequence[Hashable]) -> int:
    """Return the length of the longest common subsequence, a whole row of the table a step.

    Source: Hyyro 2004, "Bit-parallel LCS-length computation revisited" (the row as one integer).
    """
    places: dict[Hashable, int] = {}
    for index, token in enumerate(first):
        places[token] = places.get(token, 0) | 1 << index
    everywhere = (1 << len(first)) - 1
    row = everywhere
    for token in second:
        matched = row & places.get(token, 0)
        row = ((row + matched) | (row - matched)) & everywhere
    return len(first) - row.bit_count()
