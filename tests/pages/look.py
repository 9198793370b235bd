"""Looks at pages in a browser and says what it finds; run by the environment that has Playwright.

Reads a list of views as JSON from standard input, {"page", "width", "height", "scheme", "picture",
"whole", "media", "search"}, and writes one list of findings a view to standard output.
"""

import json
import sys
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as Overdue

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
OPEN = "document.querySelectorAll('details').forEach(part => { part.open = true; })"
CUT = Path(__file__).with_name("cut.js").read_text(encoding="utf-8")
ANSWERS = """() => {
  const answers = document.querySelector(".answers");
  return answers ? answers.getBoundingClientRect().bottom : 0;
}"""
COLOURS = """() => {
  const of = (e) => getComputedStyle(e);
  return [of(document.body).backgroundColor, of(document.querySelector("h1")).color];
}"""


def looked(browser: Browser, view: dict[str, Any]) -> dict[str, Any]:
    """Return what is found at one page in one size and scheme."""
    size = {"width": view["width"], "height": view["height"]}
    context = browser.new_context(viewport=size, color_scheme=view["scheme"], offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: problems.append(f"error: {error}"))
    page.goto(Path(view["page"]).resolve().as_uri())
    page.emulate_media(media=view.get("media", "screen"))
    if view.get("picture"):
        page.screenshot(path=view["picture"], full_page=view.get("whole", False))
    if view.get("search"):
        problems += searched(page, view["search"])
    answers, colours = page.evaluate(ANSWERS), page.evaluate(COLOURS)
    height = page.evaluate("document.documentElement.scrollHeight")
    found = page.evaluate(CUT)
    page.evaluate(OPEN)
    found += page.evaluate(CUT) + problems + axe(page)
    context.close()
    return {"found": found, "answers": answers, "colours": colours, "height": height}


def searched(page: Page, words: str) -> list[str]:
    """Return what is wrong with the site's search for some words, '' where it finds pages."""
    page.click("input[name=query]")
    page.keyboard.type(words)
    try:
        page.wait_for_selector(".md-search-result__item a", state="attached", timeout=60_000)
    except Overdue as error:
        return [f"search: nothing for {words!r}: {error}"]
    finally:
        page.keyboard.press("Escape")
    return []


def axe(page: Page) -> list[str]:
    """Return what axe finds, a sentence each."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    return [
        f"axe {one['id']}: {one['help']}: {node['html'][:160]}"
        for one in page.evaluate("axe.run(document)")["violations"]
        for node in one["nodes"]
    ]


def main() -> None:
    """Look at every view."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=list(OPTIONS))
        found = [looked(browser, view) for view in json.load(sys.stdin)]
        browser.close()
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
