"""The canary controller: evidence in, weights out.

Layers, top first: wiring; adapters and flow; ports; labelled; domain; stats.
"""
