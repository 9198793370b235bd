"""The contract in one sentence: what is read as what, and what decides."""

from collections import Counter
from collections.abc import Mapping, Sequence

from canary.domain.labelled.contract import WHOLE, AnswerContract, Reading
from canary.domain.plan.quality.answer_keys import AnswerPath, Role
from canary.labelled.answers.names import KnownLabels

MOST_NAMES = 12
SHAPES_TOLD = 2


def contract_told(
    contract: AnswerContract, known: KnownLabels, variants: Mapping[Role, str]
) -> str:
    """Return the sentence; one for both variants where they are read alike."""
    source = (
        f"inferred from the first {contract.probed} answers of each variant"
        if contract.inferred
        else "as the spec says"
    )
    if contract.baseline == contract.canary:
        return f"Each answer is read as: {_reading(contract.baseline, known)} ({source})."
    parts = (
        f"{variants[role]}'s answers are read as: {_reading(contract.of(role), known)}"
        for role in ("baseline", "canary")
    )
    return f"{'; '.join(parts)} ({source})."


def outliers_told(outliers: Sequence[str], answers: int, variant: str) -> str:
    """Return the sentence about first answers that the reading does not fit, empty for none."""
    if not outliers:
        return ""
    shapes = [f"{count} {shape}" for shape, count in Counter(outliers).most_common(SHAPES_TOLD)]
    more = ", ..." if len(set(outliers)) > SHAPES_TOLD else ""
    return (
        f" Of {variant}'s first {answers} answers {len(outliers)} cannot be read so and count as "
        f"its errors: {', '.join(shapes)}{more}."
    )


def _reading(reading: Reading, known: KnownLabels) -> str:
    task = known.spec.task
    if task == "regression":
        taken = "" if reading.extract is None else ", which extract takes out of the text"
        return f"{_place(reading.score, reading)} = the answer, a number{taken}"
    if task not in ("binary", "multiclass"):
        form = f": {reading.form}" if reading.form else ""
        return f"{_place(reading.label, reading)} = the answer{form}"
    parts = [part for part in (_label(reading), _scores(reading, known)) if part]
    return ", ".join(parts) + _names(reading) + _decision(reading, known)


def _label(reading: Reading) -> str:
    return "" if reading.label is None else f"{_place(reading.label, reading)} = predicted label"


def _scores(reading: Reading, known: KnownLabels) -> str:
    kind = "logit" if reading.activation != "none" else "P"
    if reading.ranks_only:
        kind = "rank"
    if reading.scores is not None:
        order = reading.order[:MOST_NAMES]
        named = f" of {', '.join(order)} in this order" if order else " by class"
        more = ", ..." if len(reading.order) > MOST_NAMES else ""
        return f"{_place(reading.scores, reading)} = {kind}{named}{more}"
    if reading.score is None or reading.score_of is None:
        return ""
    whose = f"label {known.positive}" if reading.score_of == "positive" else "predicted label"
    return f"{_place(reading.score, reading)} = {kind}({whose})"


def _names(reading: Reading) -> str:
    rules = []
    if reading.extract is not None:
        rules.append("extract taken out of the text")
    if reading.labels_from is not None:
        rules.append(f"labels from {reading.labels_from!r}")
    if reading.label_map is not None:
        rules.append(f"{len(reading.label_map)} names mapped")
    if reading.activation != "none":
        rules.append(f"{reading.activation} applied")
    if reading.unread is not None:
        rules.append(f"{_place(reading.unread, reading)} is not read, for whose it is stays open")
    if reading.order_at is not None:
        rules.append(f"the classes named by `{reading.order_at}`")
    if reading.rounded:
        rules.append("scores up to 1e-4 outside 0 to 1 count as 0 or 1")
    return f", {', '.join(rules)}" if rules else ""


def _decision(reading: Reading, known: KnownLabels) -> str:
    if reading.decides == "label":
        unused = reading.threshold is not None
        return "; the label decides" + (", the threshold is not used" if unused else "")
    if known.spec.task == "multiclass":
        return "; the likeliest class decides"
    if reading.only_orders:
        return "; nothing is decided by it"
    threshold = known.spec.threshold if reading.threshold is None else reading.threshold
    return f"; label {known.positive} is decided above {threshold:g}"


def _place(path: AnswerPath | None, reading: Reading) -> str:
    if isinstance(path, int):
        return f"column {path}"
    if path in (None, WHOLE):
        return "the answer itself" if reading.at is None else f"`{reading.at}`"
    return f"`{path}`" if reading.at is None else f"`{path}` in `{reading.at}`"
