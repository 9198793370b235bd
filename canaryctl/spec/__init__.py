"""The spec on an operator's machine: read from a file with line and column, checked, shown, begun.

Rules: one reader for every command (`reading.read_spec_file`); what is right or wrong in a spec
says `canary.domain.plan.reading` alone.
"""
