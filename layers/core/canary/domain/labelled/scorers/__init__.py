"""Metrics record by record: pure functions of a label and an answer, each with its source.

Rules: a share is 0 to 1 and better is more; a loss is 0 or more, in its own unit, and less is
better. What text stands for (spans, label sets, rankings) is read in `values`; which metric a name
means, and how a loss becomes a share, is in `canary.domain.labelled.metrics`.
"""
