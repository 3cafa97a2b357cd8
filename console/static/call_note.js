// Saves the note about a call as it is typed. Another page that shows it keeps its own lines too (records/calls/call_notes.py).
const SAVE_AFTER_MS = 500, TRY_AGAIN_MS = 3000;
let saving, sent = false;

const note_form = () => document.querySelector("form[data-note]");
function say(form, name) {
  const status = form.querySelector("[role=status]");
  if (status.textContent !== status.dataset[name]) status.textContent = status.dataset[name];
}

// While somebody types, the part is not replaced (frame.js).
async function save(form) {
  clearTimeout(saving);
  saving = undefined;
  if (sent) return save_in(form, SAVE_AFTER_MS);
  const field = form.elements.note, typed = field.value;
  sent = true;
  try {
    const body = new FormData(form), headers = { Accept: "application/json" };
    const answer = await fetch(form.action, { method: "POST", body, headers, keepalive: true });
    if (!answer.ok) throw new Error(answer.status);
    const { text, version } = await answer.json();
    form.elements.version.value = version;
    if (field.value === typed) {
      if (text !== typed) field.value = text; // another page has written, too
      say(form, "saved");
      if (document.activeElement !== field) delete field.dataset.editing;
    }
  } catch {
    say(form, "unsaved");
    save_in(form, TRY_AGAIN_MS);
  } finally {
    sent = false;
  }
}
function save_in(form, ms) { saving ??= setTimeout(() => save(form), ms); }

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-note]");
  if (!form) return;
  event.target.dataset.editing = "";
  save_in(form, SAVE_AFTER_MS);
});
document.addEventListener("focusout", (event) => {
  const form = event.target.closest("form[data-note]");
  if (!form) return;
  if (saving) save(form);
  else if (!sent) delete event.target.dataset.editing;
});
addEventListener("pagehide", () => { if (saving && note_form()) save(note_form()); });
