"""Plain bar charts as SVG text: the same figures give the same bytes, so a check can compare
them.
"""

from collections.abc import Sequence
from html import escape

WIDTH, ROW, LABELS, TOP, VALUES = 760, 26, 250, 44, 70
FONT = 'font-family="system-ui, sans-serif" font-size="13"'
OURS, OTHERS = "#1f6f8b", "#b8b8b8"


def bars(title: str, unit: str, rows: Sequence[tuple[str, float]], ours: str = "this") -> str:
    """Return horizontal bars; rows whose label starts with `ours` stand out."""
    longest = max((value for _, value in rows), default=0.0) or 1.0
    height = TOP + ROW * len(rows) + 12
    body = [
        _bar(i, label, value, value / longest, unit, mine=label.startswith(ours))
        for i, (label, value) in enumerate(rows)
    ]
    return "\n".join(
        [
            (
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
                f'role="img" {FONT}>'
            ),
            f"<title>{escape(title)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            (
                '<text x="12" y="26" font-size="16" font-weight="600" '
                f'fill="#222222">{escape(title)}</text>'
            ),
            *body,
            "</svg>",
            "",
        ]
    )


def _bar(place: int, label: str, value: float, part: float, unit: str, *, mine: bool) -> str:
    y, length = TOP + ROW * place, part * (WIDTH - LABELS - VALUES)
    weight = "600" if mine else "400"
    return (
        f'<text x="{LABELS - 8}" y="{y + 15}" text-anchor="end" font-weight="{weight}" '
        'fill="#222222">'
        f"{escape(label)}</text>"
        f'<rect x="{LABELS}" y="{y + 3}" width="{max(length, 1):.1f}" height="{ROW - 8}" rx="2" '
        f'fill="{OURS if mine else OTHERS}"/>'
        f'<text x="{LABELS + length + 6:.1f}" y="{y + 15}" '
        f'fill="#222222">{value:.3g}{escape(unit)}</text>'
    )
