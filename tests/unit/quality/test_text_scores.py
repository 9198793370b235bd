"""Text against its references: numbers keep what makes them, and no script is one word."""

import json

import pytest

from canary.domain.labelled.scorers.text import exact, rouge_l, token_f1
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.tasks.labels import read_parts


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("-3.5", "35"),
        ("-3.5", "3.5"),
        ("3.5", "35"),
        ("\u22123.5", "3.5"),
        (".5", "5"),
        ("-.5", ".5"),
        ("1/2", "12"),
        ("10:30", "1030"),
        ("1,5", "15"),
        ("A", "..."),
        ("the", ""),
        ("+", "-"),
        ("?", "!"),
        ("A", "an"),
    ],
)
def test_other_answers_are_not_exact(reference: str, answer: str) -> None:
    """Neither way round."""
    assert exact([reference], answer) == exact([answer], reference) == 0.0


@pytest.mark.parametrize(
    ("reference", "answer"),
    [
        ("-3.5", "-3.5."),
        ("-3.5", "\u22123.5"),
        ("1,000", "1000"),
        ("$3.50", "3.50"),
        ("A", "a."),
        ("The cat", "cat!"),
        ("U.S.", "US"),
        ("well-known", "wellknown"),
    ],
)
def test_the_same_answers_are_exact(reference: str, answer: str) -> None:
    """As SQuAD has it."""
    assert exact([reference], answer) == 1.0


@pytest.mark.parametrize("text", ["今天天气很好", "สวัสดีครับ", "これはテスト"])
def test_a_script_without_spaces_is_compared_by_characters(text: str) -> None:
    """A sentence that lacks its last character is nearly right."""
    assert 0.8 < rouge_l([text], text[:-1]) < 1
    assert 0.8 < token_f1([text], text[:-1]) < 1


@pytest.mark.parametrize("text", ["12.50", "007", "-0", "1e3", '["a", "b"]', "[1]", "{}", "true"])
def test_a_text_label_is_kept_letter_by_letter(text: str) -> None:
    """A JSON Lines set has types of its own."""
    keys = {"labelled_set": "s.jsonl", "task": "text", "metrics": {"exact": {"max_worse": 0.05}}}
    spec = QualityGuardSpec.model_validate(keys)
    label = read_parts(text, spec)
    assert label is not None
    assert json.loads(label) == [text]
