// Keys for a pair: 1 the same person, 2 two people, 3 later; only while one of the buttons has the focus.
"use strict";
document.getElementById("pair")?.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !event.target.matches("button")) return;
  document.querySelector(`#pair button[data-key="${CSS.escape(event.key)}"]`)?.click();
});
