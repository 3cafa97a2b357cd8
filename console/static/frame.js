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

// Of several changes at once, a page asks once, and not all pages at the same moment; what is one's own is shown at once.
const PAUSE_MS = 700, SPREAD_MS = 300, TOLD_MS = Number(page.dataset.toldMs) || 30_000;
let asking = false, asked_at = performance.now(), again = 0;

async function refresh() {
  clearTimeout(again);
  again = 0;
  if (document.hidden || !page.dataset.live) return;
  if (asking) return refresh_in(0);
  asking = true;
  asked_at = performance.now();
  try {
    const answer = await fetch(page.dataset.live, { signal: AbortSignal.timeout(10_000) });
    if (answer.status === 401) delete page.dataset.live; // the next click leads to the login
    if (answer.ok) replace_parts(new DOMParser().parseFromString(await answer.text(), "text/html"));
    show_counts(); // the answer may be older than what was told meanwhile
    page.classList.toggle("stale", !answer.ok);
  } catch {
    page.classList.add("stale");
  } finally {
    asking = false;
  }
}
function refresh_in(ms) { again ||= setTimeout(refresh, Math.max(ms, asked_at + PAUSE_MS - performance.now())); }

// What a page is told: names of what has changed, and the two counts of the strip (live/app.py). While it is told it asks
// rarely, for what changes with time alone. Without the connection it asks every few seconds.
const topics = new Set((page.dataset.topics ?? "").split(" ").filter(Boolean));
const plurals = new Intl.PluralRules(document.documentElement.lang);
let events = null, is_told = false, counts = {};

function show_count(name, number) {
  for (const count of document.querySelectorAll(`[data-count="${name}"]`)) {
    const text = count.dataset[plurals.select(number) === "one" ? "one" : "other"].replace(/\d+/, number);
    count.title = text;
    if (name === "waiting") count.classList.toggle("some", number > 0);
    count.querySelector("span[aria-hidden]").textContent = number;
    count.querySelector(".visually-hidden").textContent = text;
    const part = count.closest("[data-live-part]");
    part.dataset.shown = shown_by(part);
  }
}

function show_counts() { for (const [name, number] of Object.entries(counts)) show_count(name, number); }

function hear(message) {
  const { changed = [], ...changed_counts } = JSON.parse(message.data);
  Object.assign(counts, changed_counts);
  show_counts();
  is_told ||= changed.includes("open");
  if (changed.includes("open") || (changed.includes("me") && topics.has("me"))) refresh();
  else if (changed.some((name) => topics.has(name))) refresh_in(Math.random() * SPREAD_MS);
}

function follow_events() {
  if (events || document.hidden || !page.dataset.live || !page.dataset.events) return;
  events = new EventSource(page.dataset.events, { withCredentials: true });
  events.onmessage = hear;
  events.onerror = lose;
}
function lose() {
  is_told = false;
  counts = {};
}
function stop_listening() {
  events?.close();
  events = null;
  lose();
}

// A browser that was refused does not try again by itself.
const LISTEN_AGAIN_MS = 20_000;
let listened_at = performance.now();
function tick() {
  if (!is_told && events?.readyState !== EventSource.CONNECTING && performance.now() - listened_at > LISTEN_AGAIN_MS) {
    listened_at = performance.now();
    stop_listening();
    follow_events();
  }
  if (!is_told || !topics.size || performance.now() - asked_at > TOLD_MS) refresh();
}

// A browser opens few connections to one server: a page that nobody sees leaves its own to the others.
function change_visibility() {
  if (document.hidden) return stop_listening();
  follow_events();
  refresh();
}
if (page.dataset.live) {
  follow_events();
  setInterval(tick, REFRESH_MS);
  document.addEventListener("visibilitychange", change_visibility);
  addEventListener("pagehide", stop_listening);
  addEventListener("pageshow", follow_events);
  document.addEventListener("timeisup", () => refresh_in(0));
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
