"""Moto's CloudWatch answers from our sources: every statistic, namespaces and dimensions kept
apart, emulated time.

Restores on moto: p, TM, TC, PR and the like (they crash the client), namespace and dimension
matching, EndTime exclusive, status codes, the 500-query limit, publication lag, and put_metric_data
stamped with emulated time.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend, MetricDatumBase
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from emulator.cloudwatch.endpoint_metrics import NAMESPACE, UNITS, EndpointMetrics
from emulator.cloudwatch.query import Trouble, metric_data, metric_statistics
from emulator.cloudwatch.sources import MetricName, Sources, dimensions_of
from emulator.patching import Patches

Now = Callable[[], datetime]
IsAt = Callable[[str, str], bool]
Ours = Callable[[CloudWatchBackend], EndpointMetrics]


def patch_metrics(
    patches: Patches, metrics: EndpointMetrics, now: Now, trouble: Trouble, is_at: IsAt
) -> None:
    """Make moto's CloudWatch read from `metrics` and from its own points, both as of `now`.

    `is_at(region, account)` says where `metrics` live; every other region has no endpoint metrics.
    """
    nothing = EndpointMetrics()

    def ours(backend: CloudWatchBackend) -> EndpointMetrics:
        return metrics if is_at(backend.region_name, backend.account_id) else nothing

    _patch_reading(patches, ours, now, trouble)
    _patch_listing(patches, ours)
    _patch_publishing(patches, now)


def _patch_reading(patches: Patches, ours: Ours, now: Now, trouble: Trouble) -> None:
    def get_metric_data(
        self: CloudWatchBackend,
        queries: list[dict[str, Any]],
        start_time: datetime,
        end_time: datetime,
        scan_by: str = "TimestampDescending",
    ) -> list[dict[str, Any]]:
        sources = Sources(ours(self), self, now())
        return metric_data(sources, queries, start_time, end_time, scan_by, trouble.next())

    def get_metric_statistics(self: CloudWatchResponse) -> ActionResult:
        plain = self._get_param("Statistics", []) or []
        extended = self._get_param("ExtendedStatistics", []) or []
        name = {
            "Namespace": self._get_param("Namespace"),
            "MetricName": self._get_param("MetricName"),
            "Dimensions": self._get_param("Dimensions", []),
        }
        found = metric_statistics(
            Sources(ours(self.cloudwatch_backend), self.cloudwatch_backend, now()),
            MetricName.of(name, self._get_param("Unit")),
            self._get_param("StartTime"),
            self._get_param("EndTime"),
            int(self._get_param("Period")),
            [*plain, *extended],
        )
        unit = self._get_param("Unit") or UNITS.get(str(name["MetricName"]), "None")
        return ActionResult(
            {
                "Label": name["MetricName"],
                "Datapoints": [_datapoint(point, plain, extended, unit) for point in found],
            }
        )

    patches.replace(
        CloudWatchBackend,
        "get_metric_data",
        get_metric_data,
        parameters=("queries", "start_time", "end_time", "scan_by"),
    )
    patches.replace(
        CloudWatchResponse, "get_metric_statistics", get_metric_statistics, parameters=()
    )


def _datapoint(
    point: dict[str, Any], plain: list[str], extended: list[str], unit: str
) -> dict[str, Any]:
    values = point["values"]
    answer = {
        "Timestamp": point["timestamp"],
        "Unit": unit,
        **{name: values[name] for name in plain},
    }
    if extended:
        answer["ExtendedStatistics"] = {name: values[name] for name in extended}
    return answer


def _patch_listing(patches: Patches, ours: Ours) -> None:
    def get_all_metrics(self: CloudWatchBackend) -> list[MetricDatumBase]:
        listed = [
            MetricDatumBase(
                NAMESPACE, name, dimensions_of((("EndpointName", e), ("VariantName", v))), None
            )
            for e, v in ours(self).series()
            for name in UNITS
        ]
        return [*original(self), *listed]

    original = patches.replace(CloudWatchBackend, "get_all_metrics", get_all_metrics, parameters=())


def _patch_publishing(patches: Patches, now: Now) -> None:
    def put_metric_data(
        self: CloudWatchBackend, namespace: str, metric_data: list[dict[str, Any]]
    ) -> None:
        stamped = [{**datum, "Timestamp": datum.get("Timestamp") or now()} for datum in metric_data]
        original(self, namespace, stamped)

    original = patches.replace(
        CloudWatchBackend,
        "put_metric_data",
        put_metric_data,
        parameters=("namespace", "metric_data"),
    )
