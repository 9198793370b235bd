"""What is asked for and what is planned: spec, endpoint, guards, targets, forecast."""
