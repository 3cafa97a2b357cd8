// A screen on a wall: asks for the figures each second, and shows nothing once it was switched off.
"use strict";

const figures = document.querySelector("[data-figures]");
const note = document.querySelector(".stale-note");

async function refresh() {
  try {
    const answer = await fetch(figures.dataset.figures, { signal: AbortSignal.timeout(5_000) });
    if (answer.status === 401) {
      figures.replaceChildren(document.querySelector("template").content.cloneNode(true));
      note.hidden = true;
      return;
    }
    note.hidden = answer.ok;
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").body;
      if (fresh.innerHTML !== figures.innerHTML) figures.replaceChildren(...fresh.childNodes);
    }
  } catch {
    note.hidden = false;
  }
  setTimeout(refresh, 900);
}
if (figures) setTimeout(refresh, 900);
