// Keys of Today. Everything they do can be done with buttons and links too; on a row they act only while it has focus.
"use strict";
(() => {
  const SWITCH = "byname.keys";
  const keys = document.getElementById("keys");
  const rows = () => [...document.querySelectorAll("[data-contact]")];
  const here = () => document.activeElement?.closest("[data-contact]");
  const isOn = () => localStorage.getItem(SWITCH) !== "off";
  const isTyping = (target) => target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

  const toRow = (step) => {
    const all = rows();
    const at = all.indexOf(here());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    if (next) {
      next.focus();
      next.scrollIntoView({ block: "nearest" });
    }
    return Boolean(next);
  };

  const openPart = (summary) => {
    const part = summary.parentElement;
    part.open = !part.open;
    if (part.open) (part.querySelector("input[type=radio], button:not([hidden])") || summary).focus();
    else part.closest("[data-contact]").focus();
  };

  const onRow = (row, key) => {
    const control = row.querySelector(`[data-key="${key}"]`);
    if (!control) return false;
    if (control.tagName === "SUMMARY") openPart(control);
    else control.click();
    return true;
  };

  const search = () => {
    const field = document.querySelector("[role=search] input");
    if (field) field.focus();
    else location.assign(keys.dataset.search);
    return true;
  };

  const act = (event) => {
    const row = here();
    switch (event.key) {
      case "j": return toRow(1);
      case "k": return toRow(-1);
      case "ArrowDown": return row === event.target && toRow(1);
      case "ArrowUp": return row === event.target && toRow(-1);
      case "/": return search();
      case "?": keys.showModal(); return true;
      case "Enter": return row === event.target && (row.querySelector(".name a").click(), true);
      case "d": case "n": case "w": case "x": case "u": return row ? onRow(row, event.key) : false;
      default: return false;
    }
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || keys.open || isTyping(event.target)) return;
    if (!isOn() && event.key !== "Enter") return;
    if (act(event)) event.preventDefault();
  });

  const offerCopying = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
  };
  document.addEventListener("htmx:after:swap", offerCopying);
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(button.closest(".words").querySelector("[data-words]").innerText);
    button.textContent = button.dataset.copied;
  });

  const show = document.getElementById("show-keys");
  show.hidden = false;
  show.addEventListener("click", () => keys.showModal());
  const on = document.getElementById("keys-on");
  on.checked = isOn();
  on.addEventListener("change", () => localStorage.setItem(SWITCH, on.checked ? "on" : "off"));
  offerCopying();
})();
