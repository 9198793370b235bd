"""Endpoint configurations beyond weights and counts: their rules, what an endpoint shows of them,
and what requests must name because of them.
"""
