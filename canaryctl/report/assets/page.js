"use strict";
// Unpacks plotly.js from the page itself and draws every figure in the colours of the current theme.
(() => {
  const CONFIG = { displayModeBar: false, responsive: true, scrollZoom: false };

  const colourOf = (role) => getComputedStyle(document.documentElement).getPropertyValue(`--${role}`).trim();

  const themed = (value) => {
    if (typeof value === "string") return value.startsWith("role:") ? colourOf(value.slice(5)) : value;
    if (Array.isArray(value)) return value.map(themed);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, themed(inner)]));
    }
    return value;
  };

  const axis = (given) => ({
    gridcolor: colourOf("grid"), linecolor: colourOf("grid"), tickfont: { color: colourOf("muted") },
    automargin: true, ...given,
    title: { ...given.title, font: { color: colourOf("muted"), size: 12 } },
  });

  const layoutOf = (figure) => {
    const layout = themed(figure.layout);
    return {
      ...layout, xaxis: axis(layout.xaxis), yaxis: axis(layout.yaxis),
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", height: 340,
      font: { family: getComputedStyle(document.body).fontFamily, color: colourOf("ink") },
      margin: { l: 64, r: 16, t: 28, b: 44 }, hovermode: "x unified",
      hoverlabel: { bgcolor: colourOf("card"), bordercolor: colourOf("grid"), font: { color: colourOf("ink") } },
      legend: { orientation: "h", y: -0.22, x: 0 },
    };
  };

  const draw = () => {
    for (const place of document.querySelectorAll("[data-figure]")) {
      const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
      Plotly.react(place, themed(figure.data), layoutOf(figure), CONFIG);
    }
  };

  const unpack = async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  };

  const start = async () => {
    const library = document.getElementById("library");
    if (!library) return;
    const script = document.createElement("script");
    script.textContent = await unpack(library.textContent.trim());
    document.head.append(script);
    draw();
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", draw);
    for (const moment of ["beforeprint", "afterprint"]) {
      addEventListener(moment, () => {
        document.documentElement.classList.toggle("on-paper", moment === "beforeprint");
        if (moment === "beforeprint") document.querySelectorAll("details").forEach((part) => { part.open = true; });
        draw();
      });
    }
  };

  start().catch((error) => {
    const trouble = document.getElementById("chart-trouble");
    trouble.hidden = false;
    trouble.textContent = `The charts could not be drawn (${error.message}); the numbers stand below as text.`;
  });
})();
