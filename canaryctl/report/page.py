"""The page: template, styles, script and charting library in one file that loads nothing.

Rules: every value of a rollout goes through the template's escaping or through JSON; a
Content-Security-Policy with the hashes of the page's own scripts refuses everything else, so that a
page proves itself that it needs no network.
"""

import base64
import gzip
import hashlib
import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from plotly.offline import get_plotlyjs

from canary.domain.labelled.account import account_of
from canary.domain.labelled.side_by_side import in_words
from canary.domain.time import minute_of
from canary.domain.words import clock
from canaryctl.evaluate.failures import failure_rows
from canaryctl.history import RolloutHistory
from canaryctl.report.charts import charts_of
from canaryctl.report.facts import facts_of, guard_rows, step_rows
from canaryctl.report.labelled import metrics_of, paired_of, shown_of
from canaryctl.report.minutes import newest_minute, start_of
from canaryctl.report.summary import summary_of
from canaryctl.report.timeline import segments_of
from canaryctl.report.verdicts import groups_of

ASSETS = Path(__file__).parent / "assets"


def write_report(history: RolloutHistory, path: Path) -> Path:
    """Write the page of a rollout and return its path; folders are made where they are missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render_report(history), encoding="utf-8")
    return path


def render_report(history: RolloutHistory) -> str:
    """Return the page of a rollout; the same history gives the same bytes."""
    record = history.record
    return render(
        "rollout.html.j2",
        record=record,
        outcome=summary_of(history),
        facts=facts_of(history),
        segments=segments_of(record, newest_minute(history)),
        charts=charts_of(history),
        quality=history.quality,
        account=account_of(history.quality).in_words() if history.quality else "",
        paired=paired_of(history.quality) if history.quality else [],
        metrics=metrics_of(history.quality) if history.quality else [],
        failures=list(failure_rows(history.quality)) if history.quality else [],
        measured=[in_words(one) for one in history.quality.measured] if history.quality else [],
        pictures=shown_of(history),
        groups=groups_of(history),
        messages=[
            (minute_of(m.at) - start_of(record), f"{m.at:%H:%M:%S}", m) for m in history.messages
        ],
        steps=step_rows(record.plan),
        guards=guard_rows(record.plan),
        spec=json.dumps(record.spec, indent=2),
        started=f"{record.started_at:%Y-%m-%d} {clock(start_of(record))}",
        library=plotly_packed(),
    )


def render(template: str, **values: Any) -> str:
    """Return a page of the house: its styles, its script and the policy that lets only them run."""
    script = (ASSETS / "page.js").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template(template)
        .render(
            style=(ASSETS / "page.css").read_text(encoding="utf-8"),
            script=script,
            script_hashes=[script_hash(script), script_hash(get_plotlyjs())],
            **values,
        )
    )


def script_hash(script: str) -> str:
    """Return a script's hash as a Content-Security-Policy names it."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


@lru_cache(maxsize=1)
def plotly_packed() -> str:
    """Return plotly.js, compressed and in base64: a third of its size; the page's script unpacks
    it.
    """
    return base64.b64encode(
        gzip.compress(get_plotlyjs().encode(), compresslevel=9, mtime=0)
    ).decode()


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("canaryctl.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
