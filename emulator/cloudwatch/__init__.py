"""CloudWatch as SageMaker endpoints feed it: per-minute aggregates, AWS's statistics, publication
lag, alarms.
"""
