"""SageMaker endpoints: updates, traffic, invocations, mishaps."""
