"""What the evaluator brings to its wiring; scikit-learn is loaded where the first report begins, so
that a look for new labels that finds none does without it.
"""

from canary.domain.plan.quality import QualityGuardSpec
from canary.ports.quality import Scoring


class SklearnScorer:
    """Computes reports with scikit-learn."""

    def begin(self, spec: QualityGuardSpec) -> Scoring:
        """Return the report's beginning."""
        from canary_scoring.scoring import SklearnScoring  # noqa: PLC0415 -- see above

        return SklearnScoring(spec)
