"""Checks of a labelled set that need no model: what the planner refuses, and what an evaluation
refuses to begin.
"""

from canary.domain.errors import Refused
from canary.domain.labelled.prediction import Label
from canary.domain.plan.quality import QualityGuardSpec
from canary.labelled.answers import check_answer_expression
from canary.labelled.examples import read_example
from canary.labelled.records import RecordFile, UnusableRow
from canary.labelled.requests import BodyTooLarge, Unsendable, build_body, check_template


def check_records(records: RecordFile, spec: QualityGuardSpec, *, whole: bool) -> None:
    """Return when the records fit the spec: columns, labels, request and answer expression.

    `whole` says that these are all the records of the set, so that a single class among them is
    final. Raises Refused naming the field, and the row where one is to blame.
    """
    check_answer_expression(spec)
    check_template(spec, records.layout)
    label, problem = _first_label(records, spec)
    if label is None:
        remedy = "Check label_column, task, positive_label and header"
        raise Refused("guards.quality.label_column", f"no usable row; {problem}", remedy)
    if whole and spec.task in {"binary", "multiclass"} and not _has_another(records, label, spec):
        problem = (
            f"every label is the same on all {len(records)} records, so right answers say nothing"
        )
        raise Refused("guards.quality.labelled_set", problem, "Use a set with at least two classes")


def _first_label(records: RecordFile, spec: QualityGuardSpec) -> tuple[Label | None, str]:
    problem = "the set has no rows"
    for index in range(len(records)):
        try:
            example = read_example(records.row(index), records.layout, spec)
            build_body((example,), records.layout, spec)
        except (UnusableRow, BodyTooLarge, Unsendable) as error:
            problem = f"row {index + 1} {error}" if index == 0 else problem
        else:
            return example.label, ""
    return None, problem


def _has_another(records: RecordFile, label: Label, spec: QualityGuardSpec) -> bool:
    for row in records.rows():
        try:
            if read_example(row, records.layout, spec).label != label:
                return True
        except UnusableRow:
            continue
    return False
