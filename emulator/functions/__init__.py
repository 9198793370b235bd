"""Lambda functions run in this process: real handlers, each with its own environment, identity and
emulated time.
"""
