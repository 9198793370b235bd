"""Text metrics on worked values of their sources."""

import random
from collections.abc import Callable

import pytest

from canary.domain.labelled.scorers.text import common_length, exact, normalised, rouge_l, token_f1


def test_normalising_drops_case_punctuation_and_articles() -> None:
    """As the evaluation script of SQuAD does."""
    assert normalised("  The Cat, sat on a  MAT!") == "cat sat on mat"


@pytest.mark.parametrize("metric", [exact, token_f1, rouge_l])
def test_a_letter_is_one_letter_in_either_form(
    metric: Callable[[tuple[str, ...], str], float],
) -> None:
    """An answer with its accents apart from their letters is as right as one with both in one."""
    assert metric(("Z\u00fcrich caf\u00e9",), "Zu\u0308rich cafe\u0301") == 1.0


@pytest.mark.parametrize(
    ("references", "answer", "expected"),
    [
        (("Denver Broncos",), "the denver broncos.", 1.0),
        (("Denver Broncos",), "Denver", 0.0),
        (("Santa Clara", "Levi's Stadium"), "levis stadium", 1.0),
    ],
)
def test_exact_takes_any_reference(
    references: tuple[str, ...], answer: str, expected: float
) -> None:
    """One reference is enough, after normalisation."""
    assert exact(references, answer) == expected


@pytest.mark.parametrize(
    ("references", "answer", "expected"),
    [
        # Two of three told, two of two wanted: precision 2/3, recall 1.
        (("Denver Broncos",), "Denver Broncos team", 0.8),
        (("gold gold",), "gold", 2 / 3),
        (("x", "Denver Broncos"), "broncos", 2 / 3),
        # Articles are left out, but never the whole of an answer: choice A is an answer.
        (("the",), "a", 0.0),
        (("",), "", 1.0),
        (("",), "word", 0.0),
    ],
)
def test_token_f1(references: tuple[str, ...], answer: str, expected: float) -> None:
    """The best F1 over references of tokens counted with repetition."""
    assert token_f1(references, answer) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("reference", "answer", "expected"),
    [
        # Lin 2004, section 3: S1 against S2 3/4, against S3 2/4, against S4 2/4.
        ("police killed the gunman", "police kill the gunman", 0.75),
        ("police killed the gunman", "the gunman kill police", 0.5),
        ("police killed the gunman", "the gunman police killed", 0.5),
        # rouge_score 0.1.2: rougeL of its own documentation, precision 5/8 of 9 wanted, 8 told.
        (
            "The quick brown fox jumps over the lazy dog",
            "The quick brown dog jumps on the log.",
            2 * 5 / 17,
        ),
    ],
)
def test_rouge_l(reference: str, answer: str, expected: float) -> None:
    """The longest common subsequence of words, in order."""
    assert rouge_l((reference,), answer) == pytest.approx(expected)


def test_the_bit_parallel_row_is_the_table() -> None:
    """The length is that of the plain dynamic programme, on random sequences."""

    def plain(first: list[int], second: list[int]) -> int:
        row = [0] * (len(first) + 1)
        for token in second:
            before = row[:]
            for i, other in enumerate(first):
                row[i + 1] = before[i] + 1 if token == other else max(row[i], before[i + 1])
        return row[-1]

    dice = random.Random(3)
    for _ in range(300):
        first, second = ([dice.randrange(4) for _ in range(dice.randrange(90))] for _ in range(2))
        assert common_length(first, second) == plain(first, second)
