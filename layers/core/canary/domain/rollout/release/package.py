"""What becomes of the canary's package in the model registry, in sentences for people.

Rules: pure. A package is Approved when its rollout begins, or nothing would have been built of it.
"""

from canary.domain.rollout.record import Record

BY = (
    "aws sagemaker update-model-package --model-package-arn {package} "
    "--model-approval-status Rejected"
)
NOT_CONFIRMED = (
    "Its model was shown worse, and that the package {package} is Rejected in the registry is not "
    "confirmed: set it there, so that nobody deploys it ({by})"
)
NOT_WORSE = (
    "The package {package} stays Approved in the registry: neither guard nor labelled set showed "
    "it worse. Where nobody is to deploy it, reject it ({by})"
)
DENIED = "The package {package} could not be rejected in the registry ({by}): {why}"
WORSE_AND_LEFT = (
    "The package {package} of a model that was shown worse is left Approved in the registry: "
    "reject it, so that nobody deploys it ({by})."
)
OPEN_AND_LEFT = (
    "The package {package} is left Approved in the registry, and its model was not shown to be "
    "as good: where nobody is to deploy it, reject it ({by})."
)


def package_of(record: Record) -> str | None:
    """Return the package that the canary was built of; None where it was none."""
    staging = record.plan.release.staging if record.plan.release else None
    return staging.model_package if staging else None


def worse_package(record: Record) -> str | None:
    """Return the canary's package where a guard or the labelled set showed its model worse."""
    by_evidence = record.decision is not None and record.decision.guard is not None
    return package_of(record) if by_evidence and record.rolling_back else None


def said(words: str, package: str, why: str = "") -> str:
    """Return one of the sentences above of a package."""
    return words.format(package=package, by=BY.format(package=package), why=why)


def unconfirmed(record: Record) -> str:
    """Return what is said of the package where a canary may or may not have been taken off; '' for
    nothing.
    """
    package = package_of(record)
    if package is None or not record.rolling_back:
        return ""
    return said(NOT_CONFIRMED if worse_package(record) else NOT_WORSE, package)


def left_approved(record: Record) -> tuple[str, ...]:
    """Return what an end says of a package that it does not change: nothing where there is none,
    or where its model was promoted.
    """
    package, arranged = package_of(record), record.arranged
    if package is None or (arranged is not None and arranged.what in {"settle", "retire"}):
        return ()
    if arranged is not None and arranged.what == "take_off":
        return (f"{unconfirmed(record)}.",)
    return (said(WORSE_AND_LEFT if worse_package(record) else OPEN_AND_LEFT, package),)
