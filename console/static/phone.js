// The window of the browser phone. It never navigates, because that would cut the call; the other pages mirror it
// (phone_strip.js) over a channel of this browser, and only one window of a browser is the telephone.
import { Line } from "./phone_line.js";
import * as sound from "./phone_sound.js";

const page = document.getElementById("phone");
const texts = page.dataset;
const part = (name) => page.querySelector(`[data-phone="${name}"]`);
const channel = new BroadcastChannel("standardiste-phone");
const line = new Line({ login: texts.login, used: texts.used, socket: texts.socket, token: texts.token }, sound.microphone);
let clock, notice;

function shown_time() {
  const seconds = Math.max(0, Math.round((Date.now() - line.since) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function tell() {
  const { state, who, muted, held, since, reason } = line;
  channel.postMessage({ is: "state", state, who, muted, held, since, reason, keys: part("keys").checked });
}

function show() {
  const { state, reason, muted, held } = line;
  page.dataset.state = state;
  part("state").textContent = texts[reason ? `reason_${reason}` : `state_${held ? "held" : state}`] ?? "";
  part("who").textContent = line.who;
  part("card").hidden = !line.reference;
  if (line.reference) part("card").href = texts.card.replace("REFERENCE", encodeURIComponent(line.reference));
  part("answer").hidden = state !== "ringing";
  part("hang-up").hidden = !["ringing", "calling", "talking"].includes(state);
  part("hang-up").textContent = state === "ringing" ? texts.reject : texts.hang_up;
  for (const name of ["mute", "hold", "pad"]) part(name).hidden = state !== "talking";
  part("mute").setAttribute("aria-pressed", String(muted));
  part("hold").setAttribute("aria-pressed", String(held));
  part("colleague").hidden = state !== "ready";
  part("again").hidden = state !== "refused";
  sound.set_ringing(state === "ringing");
  notify(state === "ringing");
  clearInterval(clock);
  part("time").textContent = "";
  if (state === "talking") clock = setInterval(() => { part("time").textContent = shown_time(); }, 500);
  document.title = state === "ringing" ? `☎ ${line.who}` : texts.title;
  tell();
}

function notify(ringing) {
  notice?.close();
  notice = undefined;
  if (!ringing || document.visibilityState === "visible" || Notification.permission !== "granted") return;
  notice = new Notification(texts.ringing, { body: line.who, tag: "standardiste-phone", requireInteraction: true });
  notice.addEventListener("click", () => window.focus());
}

const commands = {
  answer: () => line.answer(), hang_up: () => line.hang_up(), mute: () => line.mute(), hold: () => line.hold(),
};
channel.addEventListener("message", ({ data }) => {
  if (!page.dataset.active) return;
  if (data.is === "ask") tell();
  if (data.is === "command") commands[data.command]?.();
});

function set_up_buttons() {
  part("answer").addEventListener("click", commands.answer);
  part("hang-up").addEventListener("click", commands.hang_up);
  part("mute").addEventListener("click", commands.mute);
  part("hold").addEventListener("click", commands.hold);
  part("again").addEventListener("click", () => line.start());
  for (const key of page.querySelectorAll("[data-key]")) key.addEventListener("click", () => line.press(key.dataset.key));
  part("colleague").addEventListener("submit", (event) => {
    event.preventDefault();
    if (/^\d\d$/.test(part("desk").value)) line.dial(part("desk").value);
  });
  part("volume").value = sound.volume();
  part("volume").addEventListener("input", () => sound.set_volume(Number(part("volume").value)));
  part("keys").checked = localStorage.getItem("phone-keys") !== "off";
  part("keys").addEventListener("change", () => {
    localStorage.setItem("phone-keys", part("keys").checked ? "on" : "off");
    tell();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (part("keys").checked && (event.key === "F3" || event.key === "F4")) {
    event.preventDefault();
    commands[event.key === "F3" ? "answer" : "hang_up"]();
  } else if (line.state === "talking" && /^[\d*#]$/.test(event.key) && !event.target.closest("input, select")) line.press(event.key);
});

async function set_up_devices() {
  const selects = Object.fromEntries(Object.keys(sound.KINDS).map((name) => [name, part(name)]));
  const refill = () => sound.fill(selects, texts.standard);
  for (const [name, select] of Object.entries(selects)) {
    select.addEventListener("change", async () => {
      await sound.choose(name, select.value);
      if (name === "microphone") await line.replace_microphone();
      if (name === "microphone" && part("check").open) await check_microphone();
    });
  }
  navigator.mediaDevices.addEventListener("devicechange", refill);
  part("test").addEventListener("click", sound.test_speaker);
  part("check").addEventListener("toggle", () => (part("check").open ? check_microphone().then(refill) : sound.stop_level()));
  part("notify").hidden = Notification.permission !== "default";
  part("notify").addEventListener("click", async () => { part("notify").hidden = await Notification.requestPermission() !== "default"; });
  await sound.apply();
  await refill();
}

async function check_microphone() {
  try {
    await sound.watch_level((value) => { part("level").value = value; });
    part("microphone-error").hidden = true;
  } catch {
    part("microphone-error").hidden = false;
  }
}

// The permission is asked for before the first call, not while a caller waits.
async function ask_for_microphone() {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: sound.microphone() });
    for (const track of stream.getTracks()) track.stop();
    return true;
  } catch {
    part("microphone-error").hidden = false;
    return false;
  }
}

async function be_the_phone() {
  page.dataset.active = "yes";
  part("elsewhere").hidden = true;
  part("works").hidden = false;
  set_up_buttons();
  line.addEventListener("change", show);
  line.addEventListener("sound", ({ detail }) => sound.hear(detail));
  await ask_for_microphone();
  await set_up_devices();
  await line.start();
  await new Promise(() => {}); // until this window is closed
}

window.addEventListener("beforeunload", (event) => {
  if (["talking", "calling"].includes(line.state)) event.preventDefault();
});
window.addEventListener("pagehide", () => channel.postMessage({ is: "state", state: "closed" }));

if (!window.isSecureContext || !navigator.mediaDevices || !navigator.locks) part("insecure").hidden = false;
else {
  navigator.locks.request("standardiste-phone", { ifAvailable: true }, async (lock) => {
    if (lock) return be_the_phone();
    part("elsewhere").hidden = false; // and when the other window is closed, this one takes over
    navigator.locks.request("standardiste-phone", be_the_phone);
  });
}
