"""What the double of AWS takes for granted: latencies, quotas and prices, each with its source.

Prices are us-east-1's list prices without free tiers. AWS's own pages build their tables in the
browser, so each figure was compared with a page that quotes it, named beside it with its date.
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
    """Whose price it is."""
    read_at: str
    """Where the figure was read, and of when that page is."""


DYNAMODB = "https://aws.amazon.com/dynamodb/pricing/on-demand/"
LAMBDA = "https://aws.amazon.com/lambda/pricing/"
WATCH = "https://aws.amazon.com/cloudwatch/pricing/"
OF_TABLES = "https://airbyte.com/data-engineering-resources/dynamodb-pricing (July 2025)"
OF_FUNCTIONS = "https://cloudchipr.com/blog/aws-lambda-pricing (2024)"
OF_WATCHING = (
    "https://www.factualminds.com/blog/amazon-cloudwatch-pricing-metrics-logs-alarms-dashboards/ "
    "(June 2026)"
)
OF_ALARMS = "https://github.com/nishinoshake/aws-rough/issues/37 (April 2022)"
PRICES = {
    "metrics read": Price(
        0.01 / 1000,
        WATCH,
        "https://support.site24x7.com/portal/en/kb/articles/aws-cloudwatch-metrics-cost-calculation"
        " (undated)",
    ),
    "read units": Price(0.125 / 1e6, DYNAMODB, OF_TABLES),
    "write units": Price(0.625 / 1e6, DYNAMODB, OF_TABLES),
    "events": Price(
        1.00 / 1e6,
        "https://aws.amazon.com/eventbridge/pricing/",
        "https://cloudburn.io/blog/amazon-eventbridge-pricing (March 2026)",
    ),
    "invocations": Price(
        0.20 / 1e6,
        LAMBDA,
        "https://git.mcrn.ar/mariano/lambda_local_runner/src/branch/main/docs/lambdas-md/"
        "lambda-13-cost.md (May 2026)",
    ),
    "gigabyte-seconds": Price(0.0000133334, f"{LAMBDA} (arm64)", OF_FUNCTIONS),
    "log bytes": Price(0.50 / 1e9, WATCH, OF_WATCHING),
}
CUSTOM_METRIC_MINUTE = Price(
    0.30 / 730 / 60,
    f"{WATCH} (first 10,000; by the hour it is sent in)",
    "https://signoz.io/guides/cloudwatch-pricing (February 2026)",
)
TRANSITION = Price(
    0.025 / 1000,
    "https://aws.amazon.com/step-functions/pricing/",
    "the same page, a stored copy (undated)",
)
KEY_MONTH = Price(
    1.00, "https://aws.amazon.com/kms/pricing/", "the same page, a stored copy (undated)"
)
DASHBOARD_MONTH = Price(3.00, WATCH, OF_WATCHING)
ALARM_MONTH = Price(0.10, WATCH, OF_ALARMS)
CLUSTER_HOUR = Price(
    0.10,
    "https://aws.amazon.com/eks/pricing/ (standard support)",
    "https://www.factualminds.com/blog/amazon-eks-pricing-control-plane-addons-auto-mode/ "
    "(June 2026)",
)
NODE_HOUR = Price(
    0.0416,
    "https://aws.amazon.com/ec2/pricing/on-demand/ (t3.medium)",
    "https://hacecuentas.com/en/costo-servidor-cloud-aws-ec2-mensual (April 2026)",
)
MEMORY_MEGABYTES = {"collector": 512, "decider": 1024}
"""As template.yaml has them; a test compares."""
VCPU_MEGABYTES = 1769
"""Memory at which a function has one processor (Lambda's documentation); it shares in proportion.
"""
MINUTES_A_DAY = 1440
