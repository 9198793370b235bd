"""From a document to a spec, or to every mistake in it: where, what, what is wanted, what to do.

Whoever reads plans alone never imports this room.
"""
