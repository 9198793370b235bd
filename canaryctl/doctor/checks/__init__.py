"""The checks, in the order they are told: what everything else rests on comes first."""

from canaryctl.doctor.check import Check
from canaryctl.doctor.checks import (
    alarms,
    endpoint,
    metrics,
    policies,
    quotas,
    resources,
    roles,
    sending,
    stack,
    starts,
    telling,
)

CHECKS: tuple[Check, ...] = (
    *stack.CHECKS,
    *resources.CHECKS,
    *telling.CHECKS,
    *alarms.CHECKS,
    *policies.CHECKS,
    *roles.CHECKS,
    *quotas.CHECKS,
    *starts.CHECKS,
    *endpoint.CHECKS,
    *metrics.CHECKS,
    *sending.CHECKS,
)
