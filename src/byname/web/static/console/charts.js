// Draws each chart into its figure. The table beneath says the same without it.
"use strict";
const options = {
  ast: true, // the page forbids eval
  actions: false,
  defaultStyle: false,
  renderer: "svg", // sharp on paper
  tooltip: { disableDefaultStyle: true },
};
for (const figure of document.querySelectorAll("figure[data-chart]")) {
  const spec = JSON.parse(figure.querySelector("script").textContent);
  const place = figure.querySelector(".drawn");
  vegaEmbed(place, spec, options).catch((error) => {
    place.textContent = figure.dataset.failed || "This chart could not be drawn; the table beneath says the same.";
    console.error(error);
  });
}
