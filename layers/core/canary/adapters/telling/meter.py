"""Measures as CloudWatch reads them out of a function's log (embedded metric format)."""

from collections.abc import Mapping

from aws_lambda_powertools.metrics import EphemeralMetrics


class EmfMeter:
    """Writes measures of one namespace, each set of dimensions by itself."""

    def __init__(self, namespace: str, service: str, units: Mapping[str, str]) -> None:
        """Take CloudWatch's namespace, the function's name, and the unit of every measure."""
        self._namespace = namespace
        self._service = service
        self._units = units

    def note(self, dimensions: Mapping[str, str], values: Mapping[str, float]) -> None:
        """Write numbers of this minute; a name without a unit is a defect."""
        metrics = EphemeralMetrics(namespace=self._namespace, service=self._service)
        for name, of in dimensions.items():
            metrics.add_dimension(name, of)
        for name, value in values.items():
            metrics.add_metric(name=name, unit=self._units[name], value=value)
        metrics.flush_metrics()
