"""Model metrics of a labelled set by scikit-learn: what a person reads, never what decides.

Rules: arrays in, plain JSON values out; imported by the evaluator and the command line alone,
because importing scikit-learn takes about a second.
"""
