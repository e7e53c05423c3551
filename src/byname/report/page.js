// Draws each chart into the element that waits for it. The table beneath says the same without it.
"use strict";
const charts = JSON.parse(document.getElementById("charts").textContent);
const options = {
  ast: true, // the page forbids eval
  actions: false,
  defaultStyle: false,
  renderer: "svg", // sharp on paper
  tooltip: { disableDefaultStyle: true },
};
for (const [name, spec] of Object.entries(charts)) {
  const place = document.getElementById(`chart-${name}`);
  vegaEmbed(place, spec, options).catch((error) => {
    place.textContent = "This chart could not be drawn; the table beneath says the same.";
    console.error(error);
  });
}
