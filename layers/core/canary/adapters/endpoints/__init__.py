"""What SageMaker says of an endpoint: itself, its configuration, its models."""
