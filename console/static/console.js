// On every page: keyboard shortcuts, copying a link, a question before what cannot be undone, one request for a double click.
"use strict";

const help = document.getElementById("keys");

function typing(element) {
  return element.closest("input, select, textarea, dialog, [contenteditable]") !== null;
}

document.addEventListener("keydown", (event) => {
  if (!help || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "?") {
    event.preventDefault();
    help.showModal();
    return;
  }
  help.querySelector(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
});

for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.copied;
  });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-confirm]");
  if (button && !confirm(button.dataset.confirm)) event.preventDefault();
});

for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.ariaBusy === "true") event.preventDefault();
    form.ariaBusy = "true";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[aria-busy]")) form.removeAttribute("aria-busy");
});

document.querySelector("[autofocus]")?.focus();
