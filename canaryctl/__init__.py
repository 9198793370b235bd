"""The operator's command line: starts, watches, replays and forecasts rollouts; never shipped to
Lambda.
"""
