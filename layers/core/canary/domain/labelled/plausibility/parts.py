"""What answers of several parts have in common with the labels they are held against: names, items,
the order of quantiles.

Rules: pure. A name that no label has, an item that no label names, a low quantile above a high one:
each costs a baseline what it would have been right on, and lets a worse canary pass. The first
answers are held against it too (`canary.labelled.answers.agreement`).
"""

import json
import unicodedata
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from canary.domain.labelled.paired import AnswerPair
from canary.domain.labelled.plausibility.counts import AnswerTally, PartCounts
from canary.domain.labelled.plausibility.doubts import Doubt
from canary.domain.labelled.prediction import Label, Prediction
from canary.domain.labelled.scorers import values
from canary.domain.plan.quality import QualityGuardSpec
from canary.domain.plan.quality.answer_keys import Role
from canary.domain.plan.quality.metric_keys import SCORER
from canary.stats.chance import share_by_chance

MOST_STRANGE = 0.01
"""The share of a baseline's names or items that may be in no label; a single one always may."""
CHANCE_OF_MORE = 0.01
COUNTED = ("entities", "multilabel", "ranking", "quantiles")
UNFIT = {
    "ranking": "have not one score for each of the label's items (by name, where the label names "
    "them)",
    "quantiles": "have not as many steps as the label",
}
_REMEDIES = {
    "entities": "the set's under other names (label_map, --label-map), or types the set has none "
    "of (classes, --classes, names all there are)",
    "multilabel": "the set's under other names (label_map, --label-map), or labels the set has "
    "none of (classes, --classes, names all there are)",
}


class Held(NamedTuple):
    """One answer beside its label.

    `told` parts of which `strange` may be other names for the label's; of a ranking `told` are the
    label's relevant items, of which the answer leaves `left_out` out, and `alike` are those it has
    in another spelling. `unfit`: it has not as many scores, or steps, as the label, or none by
    name, so that it can only be wrong.
    """

    told: int = 0
    strange: int = 0
    left_out: int = 0
    unfit: bool = False
    alike: int = 0


def held(
    label: Label, answer: Prediction, spec: QualityGuardSpec, known: Collection[str] = ()
) -> Held:
    """Return an answer beside its label; `known` are the names of the set's labels."""
    if spec.task == "ranking":
        return _items(str(label), answer.decision, catalogue=spec.ranks_catalogue)
    if spec.task == "quantiles":
        steps, rows = values.steps(str(label)), values.quantiles(answer.decision)
        return Held(unfit=any(len(row) != len(steps) for row in rows.values()))
    if spec.task not in {"entities", "multilabel"} or not known:
        return Held()
    told = values.names_told(answer.decision, spec.task)
    own = values.names_in(str(label), spec.task)
    return Held(len(told), sum(name not in known and name not in own for name in told))


def _items(label: str, answer: str, *, catalogue: bool) -> Held:
    """Return a ranking beside its label: an item the answer lacks may be one it has under another
    name, where it has as many that no label names; in a catalogue, where their spellings say so.
    """
    wanted, told = json.loads(label), json.loads(answer)
    if values.ranking(label, answer) is None:
        return Held(unfit=True)
    if isinstance(wanted, list):
        return Held()
    relevant = [item for item, gain in wanted.items() if gain > 0]
    lacking = [item for item in relevant if item not in told]
    foreign = [item for item in told if item not in wanted]
    spelled = set(map(_folded, foreign)) if lacking else set()
    alike = sum(_folded(item) in spelled for item in lacking)
    strange = alike if catalogue else max(alike, min(len(lacking), len(foreign)))
    return Held(len(relevant), strange, len(lacking), alike=alike)


def _folded(item: str) -> str:
    """Return an item without what spellings of one name differ by: case, form, spaces, marks."""
    text = unicodedata.normalize("NFKC", item).casefold()
    return "".join(one for one in text if one.isalnum()) or text


def crossed(answer: Prediction) -> tuple[tuple[float, float], ...]:
    """Return the neighbouring quantiles of which the lower one is above the higher one, at more
    than half of the steps.
    """
    rows = values.quantiles(answer.decision)
    return tuple(
        (low, high)
        for low, high in pairwise(sorted(rows))
        if 2 * sum(one > other for one, other in zip(rows[low], rows[high], strict=False))
        > len(rows[low])
    )


def are_turned(answers: int, turned: int) -> bool:
    """Return whether two quantiles are shown to be the wrong way round more often than not, which
    noise of nearly equal ones is not.
    """
    return share_by_chance(answers, turned, 0.5) <= CHANCE_OF_MORE


def with_parts(
    before: AnswerTally,
    outcomes: Sequence[AnswerPair],
    spec: QualityGuardSpec,
    known: Collection[str],
) -> AnswerTally:
    """Return the counts with what both variants' answers have in common with the labels; as they
    are for tasks without such parts, and where a scorer of one's own alone decides.
    """
    if spec.task not in COUNTED or set(spec.chosen_metrics) <= {SCORER}:
        return before
    names = frozenset(known)
    told: dict[Role, list[tuple[Label, Prediction]]] = {
        "baseline": [(one.label, one.baseline) for one in outcomes if one.baseline is not None],
        "canary": [(one.label, one.canary) for one in outcomes if one.canary is not None],
    }
    parts = {
        role: _counted(before.parts.get(role, PartCounts()), pairs, spec, names)
        for role, pairs in told.items()
    }
    return before.but(parts=parts)


def _counted(
    before: PartCounts,
    pairs: Sequence[tuple[Label, Prediction]],
    spec: QualityGuardSpec,
    names: frozenset[str],
) -> PartCounts:
    found = [held(label, answer, spec, names) for label, answer in pairs]
    turned = Counter(before.turned)
    if spec.task == "quantiles":
        turned.update(_shown(pair) for _, answer in pairs for pair in crossed(answer))
    return before.but(
        answers=before.answers + len(pairs),
        turned=dict(turned),
        unfit=before.unfit + sum(one.unfit for one in found),
        told=before.told + sum(one.told for one in found),
        strange=before.strange + sum(one.strange for one in found),
        left_out=before.left_out + sum(one.left_out for one in found),
    )


def _shown(pair: tuple[float, float]) -> str:
    return f"{pair[0]:g} and {pair[1]:g}"


def part_doubts(tally: AnswerTally, spec: QualityGuardSpec) -> tuple[Doubt, ...]:
    """Return what the parts of the baseline's answers speak against. What is strange lets no canary
    pass; quantiles in another order speak against a FAIL too.
    """
    counts = tally.parts.get("baseline", PartCounts())
    turned = max(counts.turned.items(), key=lambda one: one[1], default=("", 0))
    if turned[0] and are_turned(counts.answers, turned[1]):
        return (_turned(counts, *turned),)
    shares = (
        (counts.strange, counts.told, _strange),
        (counts.unfit, counts.answers, _unfit),
    )
    return tuple(
        Doubt(words(counts, spec), open=share_by_chance(n, k, MOST_STRANGE) > CHANCE_OF_MORE)
        for k, n, words in shares
        if k > max(1, MOST_STRANGE * n)
    )


def _turned(counts: PartCounts, pair: str, turned: int) -> Doubt:
    return Doubt(
        f"of the baseline's quantiles {pair} the lower one is above the higher one in {turned:,} "
        f"of {counts.answers:,} answers: quantiles (--quantiles) may name them in another order",
        of_reading=True,
    )


def _strange(counts: PartCounts, spec: QualityGuardSpec) -> str:
    told = f"{counts.strange:,} of {counts.told:,} ({counts.strange / counts.told:.1%})"
    more = f"more than {MOST_STRANGE:.0%}"
    if spec.task != "ranking":
        return (
            f"{told} names in the baseline's answers are in no label of the set and count as "
            f"wrong, {more}: they may be {_REMEDIES[spec.task]}"
        )
    catalogue = (
        ""
        if spec.ranks_catalogue
        else ", or items of a larger catalogue (ranks_catalogue, --ranks-catalogue)"
    )
    return (
        f"for {told} relevant items of the labels the baseline's answers have items that no label "
        f"names, {more}: they may be the same under other names (have it answer the set's)"
        f"{catalogue}"
    )


def _unfit(counts: PartCounts, spec: QualityGuardSpec) -> str:
    told = f"{counts.unfit:,} of {counts.answers:,} ({counts.unfit / counts.answers:.1%})"
    return (
        f"{told} answers of the baseline {UNFIT[spec.task]} and count as wrong, more than "
        f"{MOST_STRANGE:.0%}"
    )


def left_out_of_rankings(tally: AnswerTally, variants: tuple[str, str]) -> str:
    """Return how many relevant items the answers leave out, which rank last; empty for none."""
    roles: tuple[Role, Role] = ("baseline", "canary")
    told = [
        f"{found.left_out:,} of {found.told:,} ({found.left_out / found.told:.1%}) are missing "
        f"from the answers of {variant}"
        for role, variant in zip(roles, variants, strict=True)
        if (found := tally.parts.get(role)) is not None and found.left_out
    ]
    return f" Of the relevant items {', '.join(told)}, and rank last there." if told else ""
