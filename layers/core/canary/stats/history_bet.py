"""The history bet: was this minute's contrast between the variants ever seen in the history?

The contrast of canary and baseline is ranked among the contrasts of two history minutes of one
service, far enough apart for bursts to be independent and near enough for the same hour, thinned to
the counts the minute had. A rank among exchangeable values is uniform, and a calibrator turns it
into a bet whose expected pay-off is 1. Source: conformal prediction, Vovk, Gammerman and Shafer;
calibrators and their mixtures, Vovk and Wang 2021.
"""

SMOOTHING = 0.5
DECIMALS = 9
LARGEST_RATIO = 1000.0
LEVELS_AN_OCTAVE = 2
LOWEST_LEVEL, HIGHEST_LEVEL = -6, 14
DISTANCE_MINUTES = 20
KAPPAS = (0.25, 0.5, 0.75)
BURST_RANK = 0.02
