"""What the use cases need from outside, each protocol as small as the need."""
