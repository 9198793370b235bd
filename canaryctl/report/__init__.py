"""One self-contained HTML page a rollout: no network, no second file, readable in light, dark and
on paper.
"""

from canaryctl.report.index import write_index
from canaryctl.report.page import render_report, write_report

__all__ = ["render_report", "write_index", "write_report"]
