"""What every page of the house shares: one self-contained file, its styles, charts drawn as SVG.

Rules: a page loads nothing; every value goes through the template's escaping; it is whole without
its script, in light, in the dark and on paper. Nothing here knows what a page is about.
"""

from canaryctl.pages.page import render, write_page

__all__ = ["render", "write_page"]
