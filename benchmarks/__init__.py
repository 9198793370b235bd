"""Benchmarks: verdicts against peers, reaction time, imports, scale. Results go to out/bench."""
