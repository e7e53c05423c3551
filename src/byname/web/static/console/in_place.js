// Rows that change in place: they keep the focus, and who was signed out or refused meanwhile sees the page anew.
"use strict";
(() => {
  let changed = "";
  document.addEventListener("htmx:before:request", () => {
    changed = document.activeElement?.closest("li[id], [data-contact]")?.id || "";
  });
  document.addEventListener("htmx:before:response", (event) => {
    const { raw, status } = event.detail.ctx.response;
    if (!raw.redirected && status < 400) return;
    event.preventDefault();
    location.reload();
  });
  document.addEventListener("htmx:after:swap", () => {
    if (changed) document.getElementById(changed)?.focus();
    changed = "";
  });
})();
