"""Guards on the user's own CloudWatch metrics: their keys in a spec, and how they become guards."""
