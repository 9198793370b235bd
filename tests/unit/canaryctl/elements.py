"""What stands on a page."""

from html.parser import HTMLParser


class Elements(HTMLParser):
    """Every element of a page with its attributes, and the texts of its scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element."""
        self.found.append((tag, dict(attrs)))


def charts(page: str) -> set[str]:
    """Return the ids of the charts drawn on a page."""
    return {
        str(a["id"]).removeprefix("chart-") for tag, a in Elements(page).found if tag == "figure"
    }
