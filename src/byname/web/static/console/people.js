// The keyboard on the list: / to the search, arrows through the names, Enter opens (a link does that itself).
"use strict";
const search = document.getElementById("search");
const names = () => [...document.querySelectorAll("#answer .people .name a")];
const isTyping = (place) => place.matches("input, textarea, select, [contenteditable]");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const here = document.activeElement;
  if (event.key === "/" && !isTyping(here)) {
    event.preventDefault();
    search.focus();
    search.select();
    return;
  }
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const all = names();
  const at = all.indexOf(here);
  if (at < 0 && !(here === search && event.key === "ArrowDown")) return;
  const next = at + (event.key === "ArrowDown" ? 1 : -1);
  event.preventDefault();
  (next < 0 ? search : all[Math.min(next, all.length - 1)] || search).focus();
});
