"""Seven rollouts side by side on the emulated account: what the product does, shown in two
minutes.
"""
