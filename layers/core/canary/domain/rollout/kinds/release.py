"""What a rollout builds and leaves: a variant built or taken off, a promotion settled, losers
retired.
"""

from collections.abc import Mapping
from typing import Literal

from canary.domain.rollout.kinds.fact import Fact, Said, Standing, looks_at, sentence

What = Literal["stage", "settle", "retire", "take_off"]
PUT_IN_USE = (
    "aws sagemaker update-endpoint --endpoint-name {endpoint} --endpoint-config-name {config} "
    "--retain-all-variant-properties"
)
WRITE_IT = (
    "Where a template, CDK or Terraform names the endpoint's configuration, write this one there: "
    "its next update would put another in use."
)


class Arranged(Fact):
    """A configuration is in use that this rollout built, or went back to; `left` says what was left
    behind, `registry` what became of the canary's package, '' for nothing.
    """

    routine = True
    about: Literal["arranged"] = "arranged"
    what: What
    config: str
    left: str = ""
    registry: str = ""

    def say(self, of: Standing) -> Said:
        """Return how it reads that a configuration is in use."""
        brief, now, safe = self._says(of.canary)
        return Said(
            what=brief,
            brief=f"configuration {self.config}",
            now=f"{now} The endpoint is InService with the configuration {self.config}.",
            safe=safe,
            more=(
                WRITE_IT,
                *((sentence(f"Left behind: {self.left}"),) if self.left else ()),
                *((sentence(self.registry),) if self.registry else ()),
            ),
            then="It goes on by itself." if self.what == "stage" else "The rollout is over.",
        )

    def _says(self, canary: str) -> tuple[str, str, str]:
        says: Mapping[What, tuple[str, str, str]] = {
            "stage": (
                "canary built",
                f"{canary} stands at weight 0 beside the variants that serve.",
                "Safe: no request goes to it yet.",
            ),
            "settle": (
                "promotion settled",
                (
                    "A configuration says what serves now, so that no update with it undoes the "
                    "promotion."
                ),
                "Safe: weights and instances are as they were.",
            ),
            "retire": (
                "losers retired",
                (
                    f"{canary} serves alone; the variants before it are gone, with them "
                    "the way back."
                ),
                f"Safe: {canary} was promoted on evidence.",
            ),
            "take_off": (
                "canary taken off",
                f"{canary} is no variant of the endpoint any more; everything is as it was found.",
                "Safe: the variants before it serve.",
            ),
        }
        return says[self.what]


class NotArranged(Fact):
    """A configuration could not be put in use once the end was verified; `registry` says what
    became of the canary's package, '' for nothing.
    """

    kind = "notice"
    severity = "warning"
    about: Literal["not_arranged"] = "not_arranged"
    what: What
    config: str
    why: str
    registry: str = ""

    def say(self, of: Standing) -> Said:
        """Return how it reads that something was left as it was."""
        says: Mapping[What, str] = {
            "stage": f"{of.canary} could not be built.",
            "settle": "The promotion stands. That a configuration says so is not confirmed, and "
            "without one an UpdateEndpoint that does not retain weights undoes it.",
            "retire": f"{of.canary} is promoted. That the variants before it are gone is not "
            "confirmed; they may still be there at weight 0.",
            "take_off": f"That {of.canary} was taken off is not confirmed; it may still stand on "
            "the endpoint, at weight 0.",
        }
        return Said(
            what="tidying failed",
            brief=f"{of.canary_serves}, configuration {self.config} not in use",
            now=says[self.what],
            safe="Safe: the weights are as the end of the rollout told them.",
            why=sentence(self.why),
            more=(sentence(self.registry),) if self.registry else (),
            then="The rollout is over and leaves it so.",
            look=(looks_at(of.endpoint),),
            mend=(
                (
                    f"Where {self.config} is not in use: remove the cause, then put it there",
                    PUT_IN_USE.format(endpoint=of.endpoint, config=self.config),
                ),
            ),
        )
