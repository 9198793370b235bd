// What the theme leaves out for who cannot see or point. Tables that scroll can be reached by key alone;
// its search has no name, and it wraps every copy button into a landmark; both are named here: who hears the page can tell one from another.
let named = 0;
new MutationObserver(() => {
  for (const nav of document.querySelectorAll("nav.md-code__nav:not([aria-label])")) {
    named += 1;
    nav.setAttribute("aria-label", `Code ${named}`);
  }
  document.querySelector(".md-search[role=dialog]:not([aria-label])")?.setAttribute("aria-label", "Search");
  for (const table of document.querySelectorAll(".md-typeset__scrollwrap:not([tabindex])")) table.tabIndex = 0;
}).observe(document.documentElement, { childList: true, subtree: true });
