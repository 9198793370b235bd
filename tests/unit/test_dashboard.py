"""The dashboard draws what is emitted: every metric it names is one, with the dimensions it has."""

import ast
import contextlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from canary.adapters.telling.meter import EmfMeter
from canary.domain.rollout.transitions import restoring
from canary.flow.telling.phases import NAMES, of_phases
from tests.rollouts import HOLDER, a_record, after
from tests.unit.flow.decider_stage import ROLLOUT, Stage
from tests.unit.flow.test_time_of_people import serve

OURS = "SageMakerCanary/${AWS::StackName}"
SEARCH = re.compile(r"SEARCH\('\{(?P<of>.+)\} MetricName=\"(?P<name>\w+)\"', '(?P<stat>\w+)', 60\)")
AWS = {
    ("AWS/Lambda", "Errors"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible"),
    ("AWS/SageMaker", "Invocation5XXErrors"),
    ("AWS/SageMaker", "InvocationModelErrors"),
    ("AWS/SageMaker", "Invocations"),
    ("AWS/SageMaker", "ModelLatency"),
    ("AWS/States", "ExecutionsStarted"),
    ("AWS/States", "ExecutionsTimedOut"),
}
"""Metrics of AWS's own, each in its service's list."""
OF_EACH_ENDPOINT = "(DashboardMeasures=yes)"
"""What the title of a widget ends with that draws nothing by default."""
Drawn = tuple[str, str, frozenset[str]]
"""Namespace, name, names of dimensions."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms, each read as its text."""


_Loader.add_multi_constructor(
    "!", lambda loader, _suffix, node: getattr(node, "value", loader) if node.id == "scalar" else ""
)


def widgets() -> list[dict[str, Any]]:
    """Return the widgets of the template's dashboard."""
    text = Path("template.yaml").read_text(encoding="utf-8")
    resources = yaml.load(text, _Loader)["Resources"]
    body = json.loads(resources["Dashboard"]["Properties"]["DashboardBody"])
    return list(body["widgets"])


def drawn(*, by_default: bool = False) -> Iterator[Drawn]:
    """Yield every metric that a widget names, of all or of those that draw something by default."""
    shown = [
        widget["properties"]
        for widget in widgets()
        if not (by_default and widget["properties"]["title"].endswith(OF_EACH_ENDPOINT))
    ]
    for metric in (one for properties in shown for one in properties["metrics"]):
        if isinstance(metric[0], dict):
            found = SEARCH.fullmatch(metric[0]["expression"])
            assert found, metric
            namespace, *dimensions = found["of"].split(",")
            yield namespace.strip('"'), found["name"], frozenset(dimensions)
        else:
            namespace, name, *pairs = metric[:-1]
            yield namespace, name, frozenset(pairs[::2])


def emitted(*, each_endpoint: bool) -> set[tuple[str, frozenset[str]]]:
    """Return every metric that the code emits, name and names of dimensions: those of a rollout as
    they are written while one is judged and taken back, the controller's as its functions add them.
    """
    stage = Stage()
    serve(stage, 20, 300, 5700)
    stage.tick(20)
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "", after(1300)))
    stage.rollouts.change(ROLLOUT, lambda r: restoring.verify_safe(r, HOLDER, 1, after(1330)))
    stage.decider.close(ROLLOUT, HOLDER, 1, {}, after(1340))
    meter = EmfMeter("SageMakerCanary/prod", "decider", NAMES, each_endpoint=each_endpoint)
    with contextlib.redirect_stdout(io.StringIO()) as log:
        for dimensions, values in (*stage.meter.noted, *of_phases([a_record()])):
            meter.note(dimensions, values)
    found = {
        (metric["Name"], frozenset(of))
        for line in log.getvalue().splitlines()
        for told in json.loads(line)["_aws"]["CloudWatchMetrics"]
        for of in told["Dimensions"]
        for metric in told["Metrics"]
    }
    for path in Path("functions").glob("*/app.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_metric":
                names = [k.value for k in node.keywords if k.arg == "name"]
                found |= {(str(ast.literal_eval(name)), frozenset({"service"})) for name in names}
    return found


def test_every_metric_that_is_drawn_is_emitted() -> None:
    """Ours with exactly these dimensions, AWS's by their name; what is drawn by default is emitted
    by default.
    """
    ours = {(name, of) for namespace, name, of in drawn() if namespace == OURS}
    by_default = {(name, of) for namespace, name, of in drawn(by_default=True) if namespace == OURS}
    assert ours > by_default > set()
    assert ours - emitted(each_endpoint=True) == set()
    assert by_default - emitted(each_endpoint=False) == set()
    assert {(n, name) for n, name, _ in drawn() if n != OURS} == AWS


def test_every_measure_of_a_rollout_is_drawn_and_bounded() -> None:
    """What nobody looks at is not paid for; no dimension is a rollout's id."""
    ours = {name for namespace, name, _ in drawn() if namespace == OURS}
    assert NAMES.keys() <= ours
    dimensions = set().union(*(of for _, of in emitted(each_endpoint=True)))
    assert dimensions == {"service", "endpoint", "guard", "phase"}


def test_by_default_no_rollout_adds_a_metric() -> None:
    """What a stack pays for does not grow with its endpoints."""
    dimensions = set().union(*(of for _, of in emitted(each_endpoint=False)))
    assert dimensions == {"service", "phase"}


def test_the_time_to_safe_is_from_decision_to_verified_weights() -> None:
    """Half a minute here."""
    stage = Stage()
    stage.rollouts.change(ROLLOUT, lambda r: restoring.claim_restore(r, HOLDER, 1, "", after(100)))
    stage.rollouts.change(ROLLOUT, lambda r: restoring.verify_safe(r, HOLDER, 1, after(130)))
    stage.decider.close(ROLLOUT, HOLDER, 1, {}, after(140))
    assert ({"endpoint": "churn"}, {"SecondsToSafe": 30.0}) in stage.meter.noted


def test_a_measure_is_written_as_cloudwatch_reads_it(capsys: Any) -> None:
    """Embedded metric format: namespace, dimensions and unit, one line."""
    meter = EmfMeter("SageMakerCanary/prod", "decider", NAMES, each_endpoint=True)
    meter.note({"endpoint": "churn", "guard": "errors"}, {"CanaryRate": 17.2})
    line = json.loads(capsys.readouterr().out)
    (of,) = line["_aws"]["CloudWatchMetrics"]
    assert of["Namespace"] == "SageMakerCanary/prod"
    assert sorted(of["Dimensions"][0]) == ["endpoint", "guard", "service"]
    assert of["Metrics"] == [{"Name": "CanaryRate", "Unit": "Percent"}]
    assert (line["CanaryRate"], line["guard"]) == ([17.2], "errors")


def test_no_widget_lies_over_another() -> None:
    """A grid of 24 columns."""
    cells = [
        (x, y)
        for widget in widgets()
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24
