"""A failing request of several records, asked again record by record within a bound."""

from canary.domain.labelled.prediction import Prediction
from canary.flow.labelled.answers.answered import Broken
from canary.flow.labelled.answers.apart import IN_VAIN, TRIED_FIRST, Apart
from canary.flow.labelled.answers.prediction_file import Failed, Told
from canary.labelled.examples import Example

EXAMPLES = [Example(n, str(n), 1, None, (n,)) for n in range(20)]
BROKEN: list[Told] = [Failed("model error: status 424")] * len(EXAMPLES)


def test_one_bad_record_fails_alone() -> None:
    """The others of its request are answered."""

    def ask(example: Example) -> Told:
        return Failed("model error") if example.row == 7 else Prediction("1")

    side = Apart().mended("baseline", EXAMPLES, BROKEN, ask)
    assert side.broken == Broken("model error: status 424", alone=1)
    assert [n for n, one in enumerate(side.told) if isinstance(one, Failed)] == [7]


def test_a_request_whose_first_records_fail_alone_is_left_as_it_is() -> None:
    """And a variant for which several ended so is not asked again, until one succeeds."""
    asked: list[int] = []

    def ask(example: Example) -> Told:
        asked.append(example.row)
        return Failed("model error")

    apart = Apart()
    for _ in range(3 * IN_VAIN):
        side = apart.mended("canary", EXAMPLES, BROKEN, ask)
        assert all(isinstance(one, Failed) for one in side.told)
    assert len(asked) == TRIED_FIRST * IN_VAIN
    apart.mended("canary", EXAMPLES, [Prediction("1")] * 20, ask)
    apart.mended("canary", EXAMPLES, BROKEN, ask)
    assert len(asked) == TRIED_FIRST * (IN_VAIN + 1)


def test_a_request_whose_records_are_all_answered_alone_is_what_fails() -> None:
    """No record explains it, so it is told with what went wrong."""
    side = Apart().mended("canary", EXAMPLES, BROKEN, lambda _: Prediction("1"))
    assert side.broken == Broken("model error: status 424")
    assert list(side.told) == [Prediction("1")] * len(EXAMPLES)
