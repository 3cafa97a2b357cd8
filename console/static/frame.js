// The frame: what refreshes itself, menus that close, and the display (theme, side bar), which changes without a reload.
"use strict";

const page = document.body;
const REFRESH_MS = Number(page.dataset.liveMs) || 4000;

// What a part shows: its HTML but for the tokens of its forms, which differ each time and stay valid, and for what is left of a
// time whose end stands beside it.
function shown_by(part) { return part.innerHTML.replace(/name="csrf_token" value="[^"]*"|data-left-s="\d+"/g, ""); }

// Replaces each part by the one of the same name in `source`, keeping the focus and what is open or typed in it.
function replace_parts(source) {
  for (const fresh of source.querySelectorAll("[data-live-part]")) {
    const old = document.querySelector(`[data-live-part="${CSS.escape(fresh.dataset.livePart)}"]`);
    if (!old || old.dataset.shown === shown_by(fresh)) continue;
    if (old.dataset.shown === undefined && shown_by(old) === shown_by(fresh)) continue;
    if (old.querySelector("form[aria-busy=true], [data-editing]")) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement.id : "";
    const open = [...old.querySelectorAll("details[open][id]")].map((details) => details.id);
    old.dataset.shown = shown_by(fresh);
    old.replaceChildren(...fresh.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    if (focused) (document.getElementById(focused) ?? old.querySelector("a, button"))?.focus({ preventScroll: true });
  }
}

let asking = false;
async function refresh() {
  if (asking || document.hidden || !page.dataset.live) return;
  asking = true;
  try {
    const answer = await fetch(page.dataset.live, { signal: AbortSignal.timeout(10_000) });
    if (answer.status === 401) delete page.dataset.live; // the next click leads to the login
    if (answer.ok) replace_parts(new DOMParser().parseFromString(await answer.text(), "text/html"));
    page.classList.toggle("stale", !answer.ok);
  } catch {
    page.classList.add("stale");
  } finally {
    asking = false;
  }
}
if (page.dataset.live) {
  setInterval(refresh, REFRESH_MS);
  document.addEventListener("visibilitychange", refresh);
}

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  if (event.target.closest("[data-show-keys]")) document.getElementById("keys")?.showModal();
});

const more = document.querySelector(".more");
function show_more(shown) { more?.setAttribute("aria-expanded", String(shown)); }
more?.addEventListener("click", () => show_more(more.ariaExpanded !== "true"));
document.addEventListener("click", (event) => { if (!event.target.closest(".sections")) show_more(false); });

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  if (more?.ariaExpanded === "true") {
    show_more(false);
    more.focus();
  }
});

// The theme and the side bar change at once; the server keeps the choice. A language needs the whole page.
function press(buttons, pressed) {
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === pressed));
}
function apply_display(button) {
  if (button.name === "theme") {
    if (button.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = button.value;
    press(button.form.querySelectorAll("[name=theme]"), button);
    document.dispatchEvent(new Event("themechange"));
    return true;
  }
  if (button.name !== "side_bar") return false;
  const folded = page.classList.toggle("folded");
  button.setAttribute("aria-pressed", String(folded));
  return true;
}
for (const form of document.querySelectorAll("form[data-display]")) {
  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    const body = new FormData(form, button);
    if (!apply_display(button)) return;
    event.preventDefault();
    if (button.name === "side_bar") button.value = page.classList.contains("folded") ? "open" : "folded";
    await fetch(form.action, { method: "POST", body, redirect: "manual", keepalive: true }); // also when the page is left
    form.removeAttribute("aria-busy");
  });
}
