// The list refreshes itself, but not under the hands of somebody who writes or ticks, or while a voice message is heard.
"use strict";

const list = document.querySelector("[data-live-part=inbox]");

function mark(event, busy) {
  const owner = event.target.form ?? event.target.closest("form, audio");
  if (!owner) return;
  if (event.target.type === "checkbox") busy = list.querySelector("input[name=id]:checked") !== null;
  if (busy) owner.setAttribute("data-editing", "");
  else owner.removeAttribute("data-editing");
}

list?.addEventListener("input", (event) => mark(event, true));
list?.addEventListener("play", (event) => mark(event, true), true);
list?.addEventListener("pause", (event) => mark(event, false), true);
list?.addEventListener("ended", (event) => mark(event, false), true);
list?.addEventListener("toggle", (event) => {
  if (!event.target.open) for (const form of event.target.querySelectorAll("[data-editing]")) form.removeAttribute("data-editing");
}, true);
