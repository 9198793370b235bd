"""How fast a labelled set is evaluated and how much memory it takes, beside the loops people write
by hand.
"""
