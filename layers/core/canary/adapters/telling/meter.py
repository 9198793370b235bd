"""Measures as CloudWatch reads them out of a function's log (embedded metric format).

What is kept is paid for by name and dimensions, so a measure of one endpoint is kept for all
endpoints together, which is one metric however many there are, and for the endpoint by itself
only where that is asked for.
"""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics

ENDPOINT = "endpoint"


class EmfMeter:
    """Writes measures of one namespace, each set of dimensions by itself."""

    def __init__(
        self, namespace: str, service: str, units: Mapping[str, str], *, each_endpoint: bool
    ) -> None:
        """Take CloudWatch's namespace, the function's name, the unit of every measure, and whether
        each endpoint has measures of its own beside those of all together.
        """
        self._namespace = namespace
        self._service = service
        self._units = units
        self._each_endpoint = each_endpoint

    def note(self, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
        """Write numbers of this minute; a name without a unit is a defect."""
        if ENDPOINT not in dimensions or self._each_endpoint:
            self._write(dimensions, values)
        if dimensions.keys() == {ENDPOINT}:
            self._write({}, values)

    def _write(self, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
        metrics = EphemeralMetrics(namespace=self._namespace, service=self._service)
        for name, of in dimensions.items():
            metrics.add_dimension(name, of)
        for name, value in values.items():
            metrics.add_metric(name=name, unit=self._units[name], value=value)
        metrics.flush_metrics()


def meter_of(
    measures: str, namespace: str, service: str, units: Mapping[str, str]
) -> EmfMeter | None:
    """Return what writes the measures a stack asks for: `together`, `yes` for each endpoint too, or
    None for `no`.
    """
    if measures == "no":
        return None
    return EmfMeter(namespace, service, units, each_endpoint=measures == "yes")
