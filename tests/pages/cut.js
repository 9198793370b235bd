// Words that stand on one another, words wider than their place, and a page wider than its screen.
() => {
  const found = [];
  const name = (e) => `${e.className || e.tagName}: ${e.textContent.trim().slice(0, 40)}`;
  const words = (e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    return range.getBoundingClientRect();
  };
  if (document.documentElement.scrollWidth > innerWidth) found.push("wider than the screen");
  for (const e of document.querySelectorAll(".said, .badge, .label, .facts span, .facts strong")) {
    const at = words(e), room = e.parentElement.getBoundingClientRect();
    const out = e.matches(".said") && at.top >= room.bottom; // no room: not shown at all
    if (at.width && !out && (at.right > room.right + 1 || at.left < room.left - 1 || at.bottom > room.bottom + 1))
      found.push(`cut: ${name(e)}`);
  }
  for (const row of document.querySelectorAll(".above, .below, .side")) {
    const places = [...row.children].map((e) => [e, e.getBoundingClientRect()]);
    const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
    places.forEach(([e, a], index) => {
      if (a.right > innerWidth || a.left < 0) found.push(`off the screen: ${name(e)}`);
      for (const [f, b] of places.slice(index + 1)) {
        if (!apart(a, b)) found.push(`on one another: ${name(e)} and ${name(f)}`);
      }
    });
  }
  return found;
}
