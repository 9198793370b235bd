"""What the double of AWS takes for granted: latencies, quotas and prices, each with its source.

Prices are us-east-1's list prices without free tiers, read in November 2025 or as the source says.
"""

from typing import NamedTuple

LATENCY_SECONDS = {
    "DescribeEndpoint": 0.060,
    "GetMetricData": 0.200,
    "DescribeAlarms": 0.060,
    "PutEvents": 0.020,
    "SendTaskHeartbeat": 0.020,
    "SendTaskSuccess": 0.020,
    "DescribeExecution": 0.020,
    "GetTopicAttributes": 0.020,
    "Publish": 0.020,
}
"""Assumed, of a client in the endpoint's region; every other call is DynamoDB's."""
TABLE_SECONDS = 0.005
DELIVERY_SECONDS = 0.5
"""From PutEvents to the target's start, which AWS calls half a second on average (typical latency,
EventBridge FAQ).
"""


class Quota(NamedTuple):
    """How much of something an account may have a second, and who says so."""

    a_second: int
    source: str


CLOUDWATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
QUOTAS = {
    "GetMetricData": Quota(50, CLOUDWATCH),
    "points": Quota(180_000, f"{CLOUDWATCH} (estimated from range and period, last three hours)"),
    "DescribeAlarms": Quota(9, CLOUDWATCH),
    "DescribeEndpoint": Quota(200, "assumed: SageMaker publishes none"),
    "entries": Quota(
        600, "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html (least region)"
    ),
}
"""By action, or by what is counted besides calls."""
CONCURRENT_FUNCTIONS = 1000
"""https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html; new accounts have less.
"""
SDK_ATTEMPTS = 3

MEBIBYTE = 1024 * 1024


class Price(NamedTuple):
    """Dollars for one of something."""

    dollars: float
    source: str


DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
LAMBDA = "https://aws.amazon.com/lambda/pricing/"
WATCH = "https://aws.amazon.com/cloudwatch/pricing/"
PRICES = {
    "metrics read": Price(0.01 / 1000, f"{WATCH} (up to five statistics of one metric count once)"),
    "read units": Price(0.125 / 1e6, DYNAMODB),
    "write units": Price(0.625 / 1e6, DYNAMODB),
    "events": Price(1.00 / 1e6, "https://aws.amazon.com/eventbridge/pricing/"),
    "invocations": Price(0.20 / 1e6, LAMBDA),
    "gigabyte-seconds": Price(0.0000133334, f"{LAMBDA} (arm64)"),
    "log bytes": Price(0.50 / 1e9, WATCH),
}
CUSTOM_METRIC_MINUTE = Price(0.30 / 730 / 60, f"{WATCH} (first 10,000; by the hour it is sent in)")
MEMORY_MEGABYTES = {"collector": 512, "decider": 1024}
"""As template.yaml has them; a test compares."""
VCPU_MEGABYTES = 1769
"""Memory at which a function has one processor (Lambda's documentation); it shares in proportion.
"""
MINUTES_A_DAY = 1440
