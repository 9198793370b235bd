"""A guard is a value: one more of them, on a metric made up here, is read, judged, told and shown
without a line about it anywhere else.
"""

from collections.abc import Iterator

import pytest

from canary.domain.judge.judgement import Judgement
from canary.domain.plan import standard_guards
from canaryctl.history import RolloutHistory, read_history
from canaryctl.live import row_of
from canaryctl.report import render_report
from canaryctl.report.charts import charts_of
from tests.integration.stage import ENDPOINT, OVER, Stage
from tests.third_guard import NAMESPACE, empty_answers

ANSWERS, EMPTY_OF_V1, EMPTY_OF_V2 = 1000, 10, 150


def publish(stage: Stage, empty: dict[str, int]) -> None:
    """Publish a minute of the made-up metric for every variant."""
    data = [
        {
            "MetricName": name,
            "Value": value,
            "Dimensions": [
                {"Name": "Endpoint", "Value": ENDPOINT},
                {"Name": "Variant", "Value": variant},
            ],
        }
        for variant, bad in empty.items()
        for name, value in (("Answers", ANSWERS), ("EmptyAnswers", bad))
    ]
    stage.client("cloudwatch").put_metric_data(Namespace=NAMESPACE, MetricData=data)


@pytest.fixture(scope="module")
def ended() -> Iterator[tuple[Stage, str]]:
    """A rollout whose canary is as good as its baseline but for its empty answers, to its end."""
    with pytest.MonkeyPatch.context() as patch, Stage() as stage:
        patch.setattr(standard_guards, "MAKERS", (*standard_guards.MAKERS, empty_answers))
        execution = stage.start()
        for _ in range(60):
            if stage.status(execution) in OVER:
                break
            publish(stage, {"v1": EMPTY_OF_V1, "v2": EMPTY_OF_V2})
            stage.emulator.run_minutes(1)
        yield stage, execution


def history(stage: Stage) -> RolloutHistory:
    """Return what the table holds of the rollout."""
    return read_history(stage.client("dynamodb"), stage.outputs["TableName"], stage.record.rollout)


def test_it_takes_the_canary_back(ended: tuple[Stage, str]) -> None:
    """Its counts alone decide, at the first live step, and the endpoint is as it was found."""
    stage, execution = ended
    description = stage.client("stepfunctions").describe_execution(executionArn=execution)
    assert (description["status"], description["error"]) == ("FAILED", "RolledBack")
    assert stage.weights == {"v1": 1.0, "v2": 0.0}
    judgement = Judgement.model_validate(stage.verdicts[-1].judgement)
    assert judgement.decided_by == "empty_answers"
    assert [(f.guard, f.label) for f in judgement.findings][-1] == ("empty_answers", "FAIL")


def test_it_is_told_in_its_own_words(ended: tuple[Stage, str]) -> None:
    """The first message names it, the last one says what was seen."""
    stage, _ = ended
    assert "empty_answers" in stage.messages[0].message
    assert (
        "the canary has more empty answers than 1.1x the baseline + 0.01 pp: canary 15%"
        in stage.messages[-1].message
    )


def test_it_has_a_chart_and_a_row(ended: tuple[Stage, str]) -> None:
    """The page draws its minutes, a line of evidence and its margins; the live row its evidence."""
    stage, _ = ended
    found = history(stage)
    chart = next(chart for chart in charts_of(found) if chart.id == "empty_answers")
    assert chart.title == "Answers with nothing in them"
    canary = next(line for line in chart.series if line.name == "v2")
    assert 100 * EMPTY_OF_V2 / ANSWERS in canary.y
    evidence = next(chart for chart in charts_of(found) if chart.id == "rollback")
    assert "empty answers" in [line.name for line in evidence.series]
    assert "Answers with nothing in them" in render_report(found)
    record, verdict = found.record, found.verdicts[-1]
    row = row_of("churn", record, verdict, record.progress_at)
    assert row.worse is not None
    assert row.worse.filled == 1
