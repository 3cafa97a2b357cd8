// The waveform of a draft: two handles that follow the numeric fields, moved by pointer or arrow keys, and a playhead,
// at which the sound can be cut.
"use strict";

const wave = document.querySelector("[data-wave]");
const canvas = wave.querySelector("canvas");
const fields = { from_s: document.getElementById("from_s"), until_s: document.getElementById("until_s") };
const kept = document.querySelector("[data-kept]");
const preview = document.querySelector("[data-preview]");
const playhead = document.querySelector("[data-playhead]");
const here = document.querySelector("[data-cut-here]");
const language = document.documentElement.lang;
const shortest = 0.3;
let shape, heard;

const value = (name) => Number(fields[name].value.replace(",", "."));
const told = (seconds) => seconds.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function move(name, seconds) {
  const [from, until] = name === "from_s" ? [0, value("until_s") - shortest] : [value("from_s") + shortest, shape.seconds];
  fields[name].value = Math.max(from, Math.min(until, seconds)).toFixed(2);
  fields[name].dispatchEvent(new Event("input", { bubbles: true }));
}

function draw() {
  const [from, until] = [value("from_s"), value("until_s")];
  const paint = canvas.getContext("2d");
  const style = getComputedStyle(wave);
  const step = canvas.width / shape.peaks.length;
  const loudest = Math.max(...shape.peaks, 1);
  paint.clearRect(0, 0, canvas.width, canvas.height);
  shape.peaks.forEach((peak, place) => {
    const at = (place + 0.5) * shape.seconds / shape.peaks.length;
    const height = Math.max(2, 0.94 * canvas.height * peak / loudest);
    paint.fillStyle = style.getPropertyValue(at >= from && at <= until ? "--wave" : "--wave-cut");
    paint.fillRect(place * step, (canvas.height - height) / 2, Math.max(1, step - 0.5), height);
  });
  for (const handle of wave.querySelectorAll("[data-handle]")) {
    const at = value(handle.dataset.handle);
    handle.style.left = `${100 * at / shape.seconds}%`;
    handle.setAttribute("aria-valuemin", "0");
    handle.setAttribute("aria-valuemax", String(shape.seconds));
    handle.setAttribute("aria-valuenow", String(at));
    handle.setAttribute("aria-valuetext", `${told(at)} s`);
  }
  const long = until - from > Number(kept.dataset.most) + 0.1;
  kept.textContent = (long ? kept.dataset.long : kept.dataset.text).replace("%", told(until - from));
  kept.classList.toggle("wrong", long);
  clearTimeout(heard);
  heard = setTimeout(listen, 300);
}

function listen() {
  const [from, until] = [value("from_s"), value("until_s")];
  const playing = new URL(preview.src).searchParams;
  // As numbers: the page writes 0.0. Another address would stop what is being played.
  if (Number(playing.get("from")) === from && Number(playing.get("until")) === until) return;
  if (until > from) preview.src = `${preview.dataset.preview}?from=${from}&until=${until}`;
}

// Where the listening stands, in seconds of the whole recording.
function position() {
  return Number(new URL(preview.src).searchParams.get("from")) + preview.currentTime;
}

function follow() {
  const at = position();
  playhead.hidden = here.hidden = false;
  playhead.style.left = `${Math.min(100, 100 * at / shape.seconds)}%`;
  here.querySelector("[data-position]").textContent = told(at);
  if (!preview.paused) requestAnimationFrame(follow);
}

function cut_here(name) {
  const at = position();
  preview.pause();
  move(name, at);
  fields[name].focus();
}

function steer(handle) {
  const name = handle.dataset.handle;
  const keys = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 };
  handle.addEventListener("keydown", (event) => {
    const step = keys[event.key] * (event.shiftKey ? 10 : 1);
    const end = { Home: 0, End: shape.seconds }[event.key];
    if (Number.isNaN(step) && end === undefined) return;
    event.preventDefault();
    move(name, end ?? value(name) + step);
  });
  handle.addEventListener("pointerdown", (event) => handle.setPointerCapture(event.pointerId));
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const box = canvas.getBoundingClientRect();
    move(name, shape.seconds * (event.clientX - box.left) / box.width);
  });
}

fetch(wave.dataset.shape).then((answer) => answer.json()).then((found) => {
  shape = found;
  wave.hidden = false;
  wave.querySelectorAll("[data-handle]").forEach(steer);
  Object.values(fields).forEach((field) => field.addEventListener("input", draw));
  preview.addEventListener("play", follow);
  for (const event of ["pause", "seeked", "ended"]) preview.addEventListener(event, follow);
  preview.addEventListener("emptied", () => { playhead.hidden = true; });
  here.querySelector("[data-begin-here]").addEventListener("click", () => cut_here("from_s"));
  here.querySelector("[data-end-here]").addEventListener("click", () => cut_here("until_s"));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  document.addEventListener("themechange", draw);
  draw();
  if (!preview.paused) follow(); // it was started before the waveform came
});
