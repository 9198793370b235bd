"""The making of a contract: one reading that explains all probed answers, or a refusal.

Rules: the answers alone are looked at, never the right ones, so that no reading is chosen because
it flatters a model. Text that is no label is an error and decides nothing; a shape that allows two
readings is refused with both.
"""
