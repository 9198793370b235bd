"""The canary controller: evidence in, weights out. Layers, top first: wiring, adapters and flow, ports, domain, stats."""
