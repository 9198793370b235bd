"""Commands on a deployed stack: start rollouts, steer them, look at them. Everything through boto3,
nothing hidden.
"""
