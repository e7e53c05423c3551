// Letters: tick all that may go as they stand.
"use strict";
const all = document.getElementById("tick-all");
const boxes = () => document.querySelectorAll('input[type="checkbox"][name="draft"]');
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const isOn = [...boxes()].some((box) => !box.checked);
    for (const box of boxes()) box.checked = isOn;
  });
}
