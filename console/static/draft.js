// A draft: it saves itself, says what its button will do, and asks before anything unsaved is left.
"use strict";

const draft = document.querySelector("form[data-draft]");
const state = draft.querySelector("[data-saved]");
const publish = draft.querySelector("[data-publish]");
const SAVE_AFTER_MS = 1500;
let waiting, saving, unsaved = false;

const chosen = (name) => draft.elements[name].value;
const day = new Intl.DateTimeFormat(document.documentElement.lang, {
  weekday: "long", day: "numeric", month: "long", hour: "numeric", minute: "2-digit",
});

function name_button() {
  const later = chosen("when") === "later";
  const [start, end] = [later && chosen("start"), later && chosen("end")];
  const word = start ? publish.dataset.from.replace("%", day.format(new Date(start)))
    : end ? publish.dataset.until.replace("%", day.format(new Date(end))) : publish.dataset.now;
  publish.textContent = word;
}

async function send() {
  let refused = false;
  const body = new FormData(draft);
  body.set("do", "save");
  unsaved = false; // until the next key
  try {
    const answer = await fetch(draft.action, { method: "POST", body, headers: { Accept: "application/json" } });
    const said = await answer.json();
    if (answer.ok) draft.elements.revision.value = said.revision;
    else unsaved = refused = true;
    state.textContent = unsaved ? said.error ?? "" : state.dataset.saved;
  } catch {
    unsaved = refused = true;
    state.textContent = state.dataset.failed;
  }
  saving = undefined;
  if (unsaved && !refused) change();
}

function save() {
  clearTimeout(waiting);
  if (!saving && unsaved) saving = send();
}

// A save under way changes the revision that the form must name.
function submit(event) {
  clearTimeout(waiting);
  if (!saving) {
    unsaved = false;
    return;
  }
  event.preventDefault();
  saving.then(() => {
    draft.removeAttribute("aria-busy");
    draft.requestSubmit(event.submitter);
  });
}

function change() {
  unsaved = true;
  if (!saving) state.textContent = "";
  clearTimeout(waiting);
  if ("autosave" in draft.dataset) waiting = setTimeout(save, SAVE_AFTER_MS);
}

draft.addEventListener("input", change);
draft.addEventListener("submit", submit);
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
if (publish) {
  draft.addEventListener("input", name_button);
  name_button();
}
