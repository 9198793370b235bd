"""Shares for text against one or several references: exact match, token F1, ROUGE-L.

Written here because they are short: `rouge-score` rests on nltk and absl and has had no release
since 2022, sacrebleu's BLEU is a corpus figure, and neither would fit beside scikit-learn in a
Lambda layer for two formulas.
"""

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_UNSPACED = (
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u312f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
"""Scripts written without spaces: Thai, Lao, Tibetan, Myanmar, Khmer, kana, Han. A word of them is
one character, as multilingual ROUGE and SQuAD take it, or a sentence would be one word.
"""
_WORDS = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
_TOKENS = re.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")
_THOUSANDS = re.compile(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])")
_MARK = re.compile(f"[{re.escape(string.punctuation)}]")


def normalised(text: str) -> str:
    """Return text in lower case without ASCII punctuation, articles and runs of white space.

    A number keeps its sign, its point and what else stands between its digits, for 3.5 is neither
    35 nor -3.5; a text of nothing but articles or punctuation stays as it is. Source: Rajpurkar et
    al. 2016 (SQuAD), `normalize_answer` of its evaluation script, which knows neither exception.
    """
    grouped = composed(text).lower().replace("\u2212", "-")
    plain = _THOUSANDS.sub(lambda number: number[0].replace(",", ""), grouped)
    bare = _without_punctuation(plain).split()
    words = " ".join(_ARTICLES.sub(" ", " ".join(bare)).split())
    return words or " ".join(bare) or " ".join(plain.split())


def composed(text: str) -> str:
    """Return text with its letters in the composed form of Unicode (NFC)."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _without_punctuation(text: str) -> str:
    """Return text without ASCII punctuation but that of its numbers."""
    return _MARK.sub(lambda mark: mark[0] if _of_number(text, mark.start()) else "", text)


def _of_number(text: str, place: int) -> bool:
    """Return whether a mark stands between two digits, or is the sign or point that begins a
    number.
    """
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if before.isdigit() and after.isdigit():
        return True
    if text[place] == "." and after.isdigit():
        return not before.isalnum()
    begins = after.isdigit() or (after == "." and text[place + 2 : place + 3].isdigit())
    return text[place] == "-" and begins and not before.isalnum()


def exact(references: Iterable[str], answer: str) -> float:
    """Return 1 where the answer is one of the references after normalisation, else 0."""
    return float(normalised(answer) in map(normalised, references))


def token_f1(references: Iterable[str], answer: str) -> float:
    """Return the best F1 of the tokens shared with a reference, counted with repetition.

    Where either has no token left, 1 if both have none. Source: as `normalised`.
    """
    return _best(references, answer, lambda text: _TOKENS.findall(normalised(text)), _shared)


def rouge_l(references: Iterable[str], answer: str) -> float:
    """Return the best F1 of the longest common subsequence of words with a reference.

    Words are runs of letters and digits in lower case, unstemmed, of any script (the reference
    implementation knows a-z and 0-9 alone); of a script without spaces its characters. Source: Lin
    2004, "ROUGE", section 3, sentence level, beta = 1.
    """
    return _best(
        references, answer, lambda text: _WORDS.findall(composed(text).lower()), common_length
    )


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
