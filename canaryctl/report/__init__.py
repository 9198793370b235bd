"""Self-contained HTML pages about rollouts, their endpoints, and all of them: no network, no second
file, readable without a script, in light, in the dark and on paper.
"""

from canaryctl.report.index import card_of, write_indexes, write_site
from canaryctl.report.page import render_report, write_report

__all__ = ["card_of", "render_report", "write_indexes", "write_report", "write_site"]
