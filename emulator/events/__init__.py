"""EventBridge and what it delivers to: rules, schedules, targets, and hooks to duplicate, drop,
delay and reorder.
"""
