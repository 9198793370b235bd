"""The margin of a value guard: how much worse one number a minute may be."""

from typing import Annotated, Literal

from pydantic import Field

from canary.domain.model import Frozen
from canary.stats.counts import Bound

Against = Literal["baseline", "control"]
"""Which side the canary is compared with."""

Ratio = Annotated[float, Field(ge=1, le=1000, allow_inf_nan=False)]


class ValueMargin(Frozen):
    """How much worse one number a minute may be: `ratio` x the baseline's plus `absolute`, in its
    unit.
    """

    ratio: Ratio = Field(
        description="How many times the baseline's value is still within the margin; a factor.",
        examples=[1.1],
    )
    absolute: float = Field(
        default=0,
        ge=0,
        allow_inf_nan=False,
        description="Added to it, in the value's own unit.",
        examples=[2],
    )

    @property
    def bound(self) -> Bound:
        """Return the margin as a line between values."""
        return Bound(self.ratio, self.absolute)

    def words_above(self, of: Against) -> str:
        """Return the margin in the value's own unit, beside the side it is of."""
        return f"{self.ratio:g}x the {of}" + (f" + {self.absolute:g}" if self.absolute else "")

    def words_below(self, of: Against) -> str:
        """Return the margin of a value that is better the higher it is."""
        whole = f"(the {of} - {self.absolute:g})" if self.absolute else f"the {of}"
        return f"{whole} / {self.ratio:g}"
