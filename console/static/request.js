// Tells the others who look at this request that somebody writes here, and the note as it is typed, until it is sent or taken out.
"use strict";

const TELL_AFTER_MS = 700;
const live = document.body.dataset.live;
const note = document.querySelector("form[data-draft-to]");
let telling, told = "";

const words = () => [...document.querySelectorAll("main textarea")].some((field) => field.value.trim() !== "");

// Not in the address of the refresh: addresses stand in the access log.
async function tell() {
  telling = undefined;
  const body = new FormData(note);
  if (words()) body.set("writes", "y");
  const text = body.get("note");
  try {
    const answer = await fetch(note.dataset.draftTo, { method: "POST", body });
    if (answer.ok) told = text;
  } catch { /* the next key tells it */ }
}

document.querySelector("main").addEventListener("input", () => {
  document.body.dataset.live = words() ? `${live}?writes=y` : live;
  if (note.elements.note.value !== told) telling ??= setTimeout(tell, TELL_AFTER_MS);
});
note.addEventListener("submit", () => clearTimeout(telling));
// While the page was hidden, it was forgotten.
document.addEventListener("visibilitychange", () => { if (!document.hidden && note.elements.note.value.trim()) tell(); });
