"""The page of one rollout: everything a post-mortem asks for, and its answer on the first
screen.
"""

import json
from pathlib import Path

from canary.domain.labelled.account import account_of
from canary.domain.labelled.side_by_side import in_words
from canary.domain.time import minute_of
from canary.domain.words import clock
from canaryctl.evaluate.failures import failure_rows
from canaryctl.history import RolloutHistory
from canaryctl.pages import render, write_page
from canaryctl.pages.drawn import drawn
from canaryctl.report.charts import charts_of
from canaryctl.report.facts import facts_of, guard_rows, step_rows
from canaryctl.report.labelled import metrics_of, paired_of, shown_of
from canaryctl.report.minutes import newest_minute, start_of
from canaryctl.report.summary import summary_of
from canaryctl.report.timeline import segments_of
from canaryctl.report.verdicts import verdicts_of

MESSAGES_SHOWN = 30


def write_report(history: RolloutHistory, path: Path) -> Path:
    """Write the page of a rollout and return its path; folders are made where they are missing."""
    return write_page(path, render_report(history))


def render_report(history: RolloutHistory) -> str:
    """Return the page of a rollout; the same history gives the same bytes."""
    record, quality = history.record, history.quality
    return render(
        "rollout.html.j2",
        record=record,
        outcome=summary_of(history),
        facts=facts_of(history),
        segments=segments_of(record, newest_minute(history)),
        charts=drawn(charts_of(history)),
        quality=quality,
        account=account_of(quality).in_words() if quality else "",
        paired=paired_of(quality) if quality else [],
        metrics=metrics_of(quality) if quality else [],
        failures=list(failure_rows(quality)) if quality else [],
        measured=[in_words(one) for one in quality.measured] if quality else [],
        pictures=shown_of(history),
        verdicts=verdicts_of(history),
        messages=[
            (minute_of(m.at) - start_of(record), f"{m.at:%H:%M:%S}", m)
            for m in history.messages[-MESSAGES_SHOWN:]
        ],
        older_messages=max(0, len(history.messages) - MESSAGES_SHOWN),
        steps=step_rows(record.plan),
        guards=guard_rows(record.plan),
        spec=json.dumps(record.spec, indent=2),
        started=f"{record.started_at:%Y-%m-%d} {clock(start_of(record))}",
    )
