"""Labels and answers of several parts, by task: texts, entities, label sets, rankings, quantiles.

Rules: what comes in is a value of the labelled set or of a JSON answer; what goes out is the one
text of `canary.domain.labelled.scorers.values`. Binary, multiclass and regression are read in
`examples` and `decisions`.
"""
