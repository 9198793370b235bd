"""What the keys of a spec refuse together, each read whole by itself.

Rules: pure; a check names the keys it reads, so that it is left out where one of them is a mistake
already and would be found wrong twice.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from canary.domain.plan.quality.set_keys import S3_ADDRESS
from canary.domain.plan.reading.brakes import approvals_wrong, freezes_wrong
from canary.domain.plan.reading.mistake import LONGEST_VALUE, Mistake, Path, cut, written
from canary.domain.plan.spec import LONGEST_ROLLOUT_MINUTES, Spec

Read = tuple[str | int | None, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: what it finds, and the keys it reads, None for every entry of a list; `apart`:
    each place in them by itself.
    """

    reads: tuple[Read, ...]
    find: Callable[[Spec], Iterator[Mistake]]
    apart: bool = False

    def told(self, spec: Spec, doubtful: Sequence[Path]) -> Iterator[Mistake]:
        """Yield what it finds that rests on nothing doubtful."""
        if not self.apart:
            if not any(_meet(read, path) for read in self.reads for path in doubtful):
                yield from self.find(spec)
            return
        for mistake in self.find(spec):
            if not any(_meet(mistake.path, path) for path in doubtful):
                yield mistake


def _meet(one: Read, other: Path) -> bool:
    """Return whether one of the two paths leads into the other; a None in one is any part."""
    return all(a is None or a == b for a, b in zip(one, other, strict=False))


def found_together(spec: Spec, doubtful: Sequence[Path]) -> Iterator[Mistake]:
    """Yield what is wrong with a spec whose keys can each be read, but for the doubtful ones."""
    for check in CHECKS:
        yield from check.told(spec, doubtful)


def _steps(spec: Spec) -> Iterator[Mistake]:
    shares = [step.share for step in spec.steps]
    path: Path = ("steps",)
    for index in range(1, len(shares)):
        if shares[index] <= shares[index - 1]:
            yield Mistake(
                (*path, index, "share"),
                f"shares must rise from step to step, and {shares[index]:g} comes after "
                f"{shares[index - 1]:g}",
                "Sort them and drop repeats",
                see="steps.share",
            )
    if not shares or shares[-1] != 1:
        last = f"the last share must be 1, and is {shares[-1]:g}" if shares else "there is no step"
        yield Mistake(path, last, 'End with {"share": 1.0}', see="steps")
    elif len(shares) == 1:
        yield Mistake(
            path,
            "there is no step below 1, so nothing could be judged",
            'Begin lower, such as {"share": 0.05}',
            see="steps",
        )


def _control(spec: Spec) -> Iterator[Mistake]:
    if spec.control == spec.canary:
        yield Mistake(
            ("control",),
            f"{spec.control} is the canary itself, which cannot be compared with itself",
            "Name a second variant at weight 0 that has the baseline's model, or leave it out",
            see="control",
        )


def _longest(spec: Spec) -> Iterator[Mistake]:
    if spec.longest_minutes > LONGEST_ROLLOUT_MINUTES:
        yield Mistake(
            ("hold_at_most_minutes",),
            f"this rollout could take {spec.longest_minutes} minutes, more than the "
            f"{LONGEST_ROLLOUT_MINUTES} the state machine allows",
            "Lower it, the longest bakes or the number of steps",
            see="hold_at_most_minutes",
        )


def _warm_up(spec: Spec) -> Iterator[Mistake]:
    """Yield where the warm-up that was asked for leaves a bake or the watch no minute."""
    if "warm_up_minutes" not in spec.model_fields_set:
        return
    bakes: dict[Path, int] = {
        ("steps", index, "bake_minutes", "max"): step.bake_minutes.max
        for index, step in enumerate(spec.steps)
        if step.share < 1
    }
    spans = {**bakes, ("watch_minutes",): spec.watch_minutes}
    path, shortest = min(spans.items(), key=lambda span: span[1])
    if spec.warm_up_minutes >= shortest:
        yield Mistake(
            ("warm_up_minutes",),
            f"{spec.warm_up_minutes} leaves nothing to judge of {written(path)} ({shortest})",
            f"Lower it below {shortest}, or raise {written(path)}",
            see="warm_up_minutes",
        )


def _custom(spec: Spec) -> Iterator[Mistake]:
    if spec.guards.custom:
        # Most specs have no guards of their own.
        from canary.domain.plan.custom.checks import custom_wrong  # noqa: PLC0415

        yield from custom_wrong(spec.guards.counts, spec.guards.values)


def _labelled_set(spec: Spec) -> Iterator[Mistake]:
    """Yield where the set lies nowhere that a rollout reads: the command line alone has files."""
    quality = spec.guards.quality
    if quality is not None and S3_ADDRESS.fullmatch(quality.labelled_set) is None:
        yield Mistake(
            LABELLED_SET,
            f"{cut(quality.labelled_set, LONGEST_VALUE)!r} is not an address such as "
            "s3://bucket/key.csv, and a rollout reads no file of this machine",
            "Upload the set and write s3://, bucket and key",
            see="guards.quality.labelled_set",
        )


LABELLED_SET: Path = ("guards", "quality", "labelled_set")
SHARES: Read = ("steps", None, "share")
BAKES: Read = ("steps", None, "bake_minutes")
CHECKS = (
    Check((SHARES,), _steps),
    Check((("canary",), ("control",)), _control),
    Check((LABELLED_SET,), _labelled_set),
    Check((BAKES, ("hold_at_most_minutes",), ("watch_minutes",), ("keep_warm_minutes",)), _longest),
    Check((BAKES, ("warm_up_minutes",), ("watch_minutes",)), _warm_up),
    Check(
        (SHARES, ("approve_before",), ("approve_within_minutes",), ("on_unapproved",)),
        approvals_wrong,
    ),
    Check((("freezes",), ("hours",)), freezes_wrong),
    Check((("guards", "counts"), ("guards", "values")), _custom, apart=True),
)
