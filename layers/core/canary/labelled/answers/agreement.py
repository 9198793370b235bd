"""What the first answers of both variants must agree on beyond their shape: what a metric needs of
both, and what no shape tells.

Rules: what can be read in two ways is refused with both and the key that says which; what would
make two means of different things is refused with what each variant tells.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from canary.domain.errors import Refused
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.plausibility.parts import UNFIT, are_turned, crossed, held
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.labelled.scorers import values
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.plan.quality.metric_keys import SCORER
from canary.labelled.answers.inference.words import MOST_NAMES
from canary.labelled.answers.names import KnownLabels
from canary.labelled.tasks.order import may_be_ranks, says_nothing
from canary.labelled.tasks.parts import separators_in

Said = Mapping[Role, Sequence[tuple[Label, Prediction]]]
"""By variant, what it predicted first, each beside the record's label."""
MOST_STRANGE = 0.1
"""The share of the first names or items that may be in no label: more may be others' names for
them.
"""
SHOWN = 3


def check_agreement(
    said: Said,
    contract: AnswerContract,
    known: KnownLabels,
    variants: Mapping[Role, str],
) -> None:
    """Return when the first predictions can be compared; raise Refused otherwise. `known` are the
    names in the set's labels.
    """
    spec = known.spec
    _check_rules(contract, spec, variants)
    if spec.task == "quantiles":
        _check_quantiles(said, variants)
        _check_order_of_quantiles(said, spec, variants)
    if spec.task == "ranking":
        if spec.ranked_by is None:
            _check_ranking(said, variants)
        _check_items(said, spec, variants)
    if spec.task in UNFIT:
        _check_fit(said, spec, variants)
    if spec.task in {"entities", "multilabel"} and known.names:
        _check_names(said, known, variants)
    if spec.task == "multiclass":
        _check_classes(said, contract, spec, variants)


def _check_rules(
    contract: AnswerContract, spec: QualityGuardSpec, variants: Mapping[Role, str]
) -> None:
    """Raise Refused where a rule of the spec cannot be meant for what the answers hold."""
    if spec.task not in {"binary", "multiclass"}:
        return
    for role, variant in variants.items():
        reading, rules = contract.of(role), spec.answer_rules
        lone = reading.label is None and reading.scores is None and reading.score is not None
        if lone and rules.score_of == "predicted":
            problem = f"{variant} answers one score alone, and no label says what it predicted"
            remedy = "Leave score_of out, or name the place of the label in answer.label"
            raise Refused("guards.quality.answer.score_of", problem, remedy)
        if lone and rules.activation == "softmax":
            problem = f"{variant} answers one score alone, whose softmax is 1 whatever it is"
            raise Refused("guards.quality.answer.activation", problem, "Use sigmoid")


def _check_quantiles(said: Said, variants: Mapping[Role, str]) -> None:
    told: dict[frozenset[float], str] = {}
    for role, predictions in said.items():
        for _, one in predictions:
            told.setdefault(frozenset(values.quantiles(one.decision)), variants[role])
    if len(told) < 2:
        return
    shown = "; ".join(
        f"{variant} answers {', '.join(f'{one:g}' for one in sorted(found))}"
        for found, variant in list(told.items())[:3]
    )
    shared = sorted(frozenset.intersection(*told))
    which = ",".join(f"{one:g}" for one in shared)
    remedy = (
        f"Name those that are compared: quantiles (--quantiles {which})"
        if shared
        else "Have both variants answer the same quantiles"
    )
    problem = f"the answers have different quantiles, whose means are not comparable ({shown})"
    raise Refused("guards.quality.quantiles", problem, remedy)


def _check_ranking(said: Said, variants: Mapping[Role, str]) -> None:
    for role, predictions in said.items():
        told = [json.loads(one.decision) for _, one in predictions]
        numbers = [
            one
            for one in told
            if isinstance(one, dict) or not any(isinstance(item, str) for item in one)
        ]
        shown = [one for one in numbers if not says_nothing(one)]
        if not shown or not all(map(may_be_ranks, shown)):
            continue
        problem = (
            f"the numbers of {variants[role]} are whole and in a row in each of its "
            f"{len(shown)} first answers, and can be read in more than one way: (1) ranks, of "
            "which the lowest is best; (2) the items' indexes, the best first; (3) scores, of "
            "which the highest is best"
        )
        remedy = 'Say which: ranked_by "ranks", "order" or "scores" (--ranked-by)'
        raise Refused("guards.quality.ranked_by", problem, remedy)


def _check_order_of_quantiles(
    said: Said, spec: QualityGuardSpec, variants: Mapping[Role, str]
) -> None:
    """Raise Refused where a low quantile is above a high one more often than not. A canary that
    names its quantiles itself is wrong about them, and no reading of ours is.
    """
    for role, pairs in said.items():
        if role == "canary" and spec.quantiles is None:
            continue
        counted = Counter(pair for _, answer in pairs for pair in crossed(answer))
        most = counted.most_common(1)
        if not most or not are_turned(len(pairs), most[0][1]):
            continue
        (low, high), turned = most[0]
        problem = (
            f"quantile {low:g} of {variants[role]} is above its quantile {high:g} in {turned} of "
            f"its {len(pairs)} first answers, so that their order is another one"
        )
        remedy = "Have the model tell a higher value for a higher quantile"
        if spec.quantiles is not None:
            fitting = ",".join(f"{one:g}" for one in _fitting(pairs, spec.quantiles))
            remedy = f"Name them in the order that fits: quantiles (--quantiles {fitting})"
        raise Refused("guards.quality.quantiles", problem, remedy)


def _fitting(
    pairs: Sequence[tuple[Label, Prediction]], quantiles: Sequence[float]
) -> Sequence[float]:
    """Return the quantiles in the order of the answers' values: the lowest for the place whose
    values are lowest on the mean of places.
    """
    places = Counter[float]()
    for _, answer in pairs:
        rows = values.quantiles(answer.decision)
        for place, name in enumerate(sorted(rows, key=lambda one: sum(rows[one]))):
            places[name] += place
    ordered = dict(
        zip(sorted(quantiles, key=lambda one: places[one]), sorted(quantiles), strict=True)
    )
    return [ordered[one] for one in quantiles]


def _check_fit(said: Said, spec: QualityGuardSpec, variants: Mapping[Role, str]) -> None:
    """Raise Refused where the baseline's answers can only be wrong; a canary's are errors."""
    pairs = said.get("baseline", ())
    unfit = sum(held(label, answer, spec).unfit for label, answer in pairs)
    if unfit > MOST_STRANGE * len(pairs):
        problem = (
            f"{unfit} of the {len(pairs)} first answers of {variants['baseline']} "
            f"{UNFIT[spec.task]}"
        )
        remedy = (
            "Have labels and answers name their items ({item: relevance}, {item: score}), or both "
            "be lists in one order"
            if spec.task == "ranking"
            else "Have the model answer the label's steps, or correct label_column"
        )
        raise Refused(
            "guards.quality.answer", problem, f"{remedy}, or say where: answer (--answer)"
        )


def _check_items(said: Said, spec: QualityGuardSpec, variants: Mapping[Role, str]) -> None:
    for role, pairs in said.items():
        found = [held(label, answer, spec) for label, answer in pairs]
        relevant, strange = sum(one.told for one in found), sum(one.strange for one in found)
        if strange <= MOST_STRANGE * relevant:
            continue
        alike = sum(one.alike for one in found)
        if role == "canary" and not alike and strange * 2 <= relevant:
            continue
        spelled = f" ({alike} of them are but for case, spaces and marks)" if alike else ""
        problem = (
            f"{variants[role]} does not rank the labels' items: of the {relevant} relevant ones of "
            f"its first answers it lacks {sum(one.left_out for one in found)}, and in the place of "
            f"{strange} it has items that no label names. They may be: (1) the same items under "
            f"other names{spelled}; (2) items of a larger catalogue, irrelevant where no "
            "label names them"
        )
        remedy = "Have it answer the labels' names, or rename those in the set"
        if not spec.ranks_catalogue:
            remedy += "; for a catalogue set ranks_catalogue (--ranks-catalogue)"
        raise Refused("guards.quality.ranks_catalogue", problem, remedy)


def _check_names(said: Said, known: KnownLabels, variants: Mapping[Role, str]) -> None:
    """Raise Refused where names of the first answers are in no label; where a scorer of one's own
    alone decides, only where all of them are. A canary's that stand for none of the set's are
    mistakes.
    """
    spec = known.spec
    most = 1.0 if set(spec.chosen_metrics) <= {SCORER} else MOST_STRANGE
    for role, pairs in said.items():
        found = [held(label, answer, spec, known.names) for label, answer in pairs]
        told, strange = sum(one.told for one in found), sum(one.strange for one in found)
        if strange <= most * told and not 0 < told == strange:
            continue
        said_names = {
            name for _, answer in pairs for name in values.names_in(answer.decision, spec.task)
        }
        names = said_names - known.names
        unsaid, spelled = known.names - said_names, any(map(known.spelled, names))
        if role == "canary" and not spelled and len(names) > len(unsaid) and strange * 2 <= told:
            continue
        raise _names_refused(names, (strange, told), known, variants[role])


def _names_refused(
    names: set[str], counts: tuple[int, int], known: KnownLabels, variant: str
) -> Refused:
    strange, told = counts
    own = sorted(known.names)
    spelled = [(name, label) for name in sorted(names) if (label := known.spelled(name))]
    shown = ", ".join(f"`{name}` for `{label}`" for name, label in spelled[:SHOWN])
    readings = ["the set's names in another form" + (f" ({shown})" if shown else "")]
    readings.append("names of which the set has none, so that what has them can only be wrong")
    remedy = (
        'Say which: answer {"label_map": {"name": "label"}} (on the command line --label-map '
        "name=label); or classes, naming all there are (--classes "
        f"{','.join(own[:SHOWN])},...)"
    )
    separators = separators_in(sorted(names), known.names)
    if separators and known.spec.label_separator is None:
        readings.insert(0, f"several labels in one text, split at {separators[0]!r}")
        remedy += f'; or label_separator "{separators[0]}" (--label-separator "{separators[0]}")'
    each = "; ".join(f"({i}) {one}" for i, one in enumerate(readings, start=1))
    listed = ", ".join(own[:MOST_NAMES]) + ", ..." * (len(own) > MOST_NAMES)
    problem = (
        f"{strange} of the {told} names that {variant} answers first are none of the {len(own)} in "
        f"the labels of the set ({listed}). They may be: {each}"
    )
    return Refused("guards.quality.answer", problem, remedy)


def _check_classes(
    said: Said,
    contract: AnswerContract,
    spec: QualityGuardSpec,
    variants: Mapping[Role, str],
) -> None:
    """Raise Refused where log loss decides and answers leave classes out: what is not told would
    cost as much as a certain mistake.
    """
    classes = set(contract.labels)
    if "log_loss" not in spec.deciding or not classes:
        return
    for role, predictions in said.items():
        for _, one in predictions:
            missing = classes - (one.probabilities or dict.fromkeys(classes)).keys()
            if missing:
                told = len(classes) - len(missing)
                problem = (
                    f"{variants[role]} tells the probabilities of {told} of {len(classes)} classes "
                    "in an answer, and log_loss needs all of them"
                )
                remedy = "Have it answer every class (top_k, return_all_scores), or use accuracy"
                raise Refused("guards.quality.metrics.log_loss", problem, remedy)
