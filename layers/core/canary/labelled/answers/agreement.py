"""What the first answers of both variants must agree on beyond their shape: what a metric needs of
both, and what no shape tells.

Rules: what can be read in two ways is refused with both and the key that says which; what would
make two means of different things is refused with what each variant tells.
"""

import json
from collections.abc import Collection, Mapping, Sequence

from canary.domain.errors import Refused
from canary.domain.labelled.contract import AnswerContract
from canary.domain.labelled.prediction import Prediction
from canary.domain.labelled.scorers import values
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.labelled.tasks.order import may_be_ranks, says_nothing

Said = Mapping[Role, Sequence[Prediction]]


def check_agreement(
    said: Said,
    contract: AnswerContract,
    spec: QualityGuardSpec,
    variants: Mapping[Role, str],
    names: Collection[str],
) -> None:
    """Return when the first predictions can be compared; raise Refused otherwise. `names` are those
    in the set's labels (a task of entities or label sets); none where they are not known.
    """
    _check_rules(contract, spec, variants)
    if spec.task == "quantiles":
        _check_quantiles(said, variants)
    if spec.task == "ranking" and spec.ranked_by is None:
        _check_ranking(said, variants)
    if spec.task in {"entities", "multilabel"} and names:
        _check_names(said, spec, variants, names)
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
        for one in predictions:
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
        told = [json.loads(one.decision) for one in predictions]
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


def _check_names(
    said: Said, spec: QualityGuardSpec, variants: Mapping[Role, str], names: Collection[str]
) -> None:
    for role, predictions in said.items():
        told = {name for one in predictions for name in values.names_in(one.decision, spec.task)}
        if not told or told & set(names):
            continue
        problem = (
            f"none of the {len(told)} names that {variants[role]} answers first is one of the "
            f"{len(names)} in the labels of the set, so that nothing it says could be right"
        )
        raise Refused(
            "guards.quality.answer", problem, "Have it answer the set's names, or rename the labels"
        )


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
        for one in predictions:
            missing = classes - (one.probabilities or dict.fromkeys(classes)).keys()
            if missing:
                told = len(classes) - len(missing)
                problem = (
                    f"{variants[role]} tells the probabilities of {told} of {len(classes)} classes "
                    "in an answer, and log_loss needs all of them"
                )
                remedy = "Have it answer every class (top_k, return_all_scores), or use accuracy"
                raise Refused("guards.quality.metrics.log_loss", problem, remedy)
