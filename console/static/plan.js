// Forms of the plan: the ending of a key's sentence follows the key, and what a choice makes needless is hidden.
"use strict";

const KEY_NAMES = { fr: { "*": "étoile", "#": "dièse" }, en: { "*": "star", "#": "hash" } };
const ENDINGS = { fr: (key) => `…, tapez ${key}.`, en: (key) => `…, press ${key}.` };

for (const row of document.querySelectorAll("[data-key-row]")) {
  const key = row.querySelector("input[name^=key-]");
  key.addEventListener("input", () => {
    for (const ending of row.querySelectorAll("[data-ending]")) {
      const typed = key.value.trim() || "…";
      ending.textContent = ENDINGS[ending.lang](KEY_NAMES[ending.lang][typed] ?? typed);
    }
  });
  for (const ending of row.querySelectorAll("[data-ending]")) {
    const text = document.getElementById(ending.dataset.ending);
    text.addEventListener("input", () => { ending.hidden = !text.value.trim(); });
  }
}

for (const part of document.querySelectorAll("[data-shown-for]")) {
  const [name, values] = part.dataset.shownFor.split("=");
  const choice = document.getElementById(name);
  const show = () => {
    part.hidden = !values.split(" ").includes(choice.value);
    for (const field of part.querySelectorAll("input, textarea")) field.disabled = part.hidden;  // what is hidden is not sent
  };
  choice.addEventListener("change", () => {
    part.querySelector(".hint")?.remove();  // it is about the choice before
    show();
  });
  show();
}
