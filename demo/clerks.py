"""The application around the models: clerks correct what was misread; it counts that by variant.

Rules: it knows what a business knows, which variant answered and what a person changed later, and
tells CloudWatch so through boto3; nothing of ours reads it but by GetMetricData.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from demo.scenarios import Scenario
from emulator import Emulator
from emulator.clock.minutes import minute_of

NAMESPACE, CORRECTED = "Digits/Clerks", "Corrected"
DATA_A_CALL = 500


class Clerks:
    """Publishes, minute by minute, how many readings of each variant were corrected."""

    def __init__(self, emulator: Emulator, scenarios: Iterable[Scenario]) -> None:
        """Take the account, and the scenarios of which those that count corrections are served."""
        self._emulator = emulator
        self._endpoints = [s.endpoint for s in scenarios if s.spec["guards"].get("counts")]
        self._through: dict[tuple[str, str], datetime] = {}

    def publish(self) -> None:
        """Publish the closed minutes that were not yet published."""
        data = [datum for endpoint in self._endpoints for datum in self._closed(endpoint)]
        client = self._emulator.client("cloudwatch")
        for first in range(0, len(data), DATA_A_CALL):
            client.put_metric_data(
                Namespace=NAMESPACE, MetricData=data[first : first + DATA_A_CALL]
            )

    def _closed(self, endpoint: str) -> Iterable[dict[str, Any]]:
        now = minute_of(self._emulator.clock.now())
        for variant, minutes in self._emulator.endpoints.ledger(endpoint).minutes.items():
            place = endpoint, variant
            due = [when for when in sorted(minutes) if when < now]
            if place in self._through:
                due = [when for when in due if when > self._through[place]]
            for when in due:
                self._through[place] = when
                if minutes[when].live:
                    yield {
                        "MetricName": CORRECTED,
                        "Timestamp": when,
                        "Value": minutes[when].live_wrong,
                        "Dimensions": [
                            {"Name": "Endpoint", "Value": endpoint},
                            {"Name": "Variant", "Value": variant},
                        ],
                    }
