"""What a minute of many rollouts takes: calls, time, processor, memory and dollars."""
