// A voice message: its waveform, how fast it is heard, and the place where one stopped. All of it is optional: the
// browser's own player works without. The list replaces its rows, so events are heard on the page.
"use strict";

const RATES = "voicemail-rate", PLACES = "voicemail-place:", BARS = 160;
document.documentElement.classList.add("scripted");

const rate = () => Number(localStorage.getItem(RATES)) || 1;
const place_of = (player) => PLACES + new URL(player.src).pathname;

function show_rate() {
  for (const button of document.querySelectorAll("[data-rate]")) {
    button.setAttribute("aria-pressed", String(Number(button.dataset.rate) === rate()));
  }
}

async function peaks_of(player) {
  const sound = await (await fetch(player.src)).arrayBuffer();
  const decoded = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(sound);
  const samples = decoded.getChannelData(0), step = Math.ceil(samples.length / BARS);
  return Array.from({ length: BARS }, (_, bar) => {
    let peak = 0;
    for (let at = bar * step; at < Math.min(samples.length, (bar + 1) * step); at += 1) peak = Math.max(peak, Math.abs(samples[at]));
    return peak;
  });
}

function draw(player) {
  const canvas = player.parentElement.querySelector("canvas");
  if (!canvas || !player.peaks) return;
  const paint = canvas.getContext("2d"), style = getComputedStyle(canvas);
  const width = canvas.width / BARS, loudest = Math.max(...player.peaks, 0.01);
  const heard = player.currentTime / (player.duration || 1);
  canvas.hidden = false;
  paint.clearRect(0, 0, canvas.width, canvas.height);
  player.peaks.forEach((peak, bar) => {
    const height = Math.max(2, canvas.height * peak / loudest);
    paint.fillStyle = style.getPropertyValue(bar / BARS < heard ? "--accent" : "--soft");
    paint.fillRect(bar * width, (canvas.height - height) / 2, Math.max(1, width - 1), height);
  });
}

document.addEventListener("play", async (event) => {
  const player = event.target;
  if (!player.matches("[data-voicemail]")) return;
  player.playbackRate = rate();
  const place = Number(sessionStorage.getItem(place_of(player)));
  if (place && player.currentTime === 0 && place < player.duration - 1) player.currentTime = place;
  player.peaks ??= await peaks_of(player).catch(() => undefined);
  draw(player);
}, true);

document.addEventListener("timeupdate", (event) => {
  if (!event.target.matches("[data-voicemail]")) return;
  sessionStorage.setItem(place_of(event.target), event.target.ended ? "0" : String(event.target.currentTime));
  draw(event.target);
}, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-rate]");
  if (button) {
    localStorage.setItem(RATES, button.dataset.rate);
    for (const player of document.querySelectorAll("[data-voicemail]")) player.playbackRate = rate();
    show_rate();
  }
  if (event.target.matches("canvas[data-voicemail-wave]")) {
    const player = event.target.parentElement.querySelector("audio"), box = event.target.getBoundingClientRect();
    player.currentTime = player.duration * (event.clientX - box.left) / box.width;
  }
});

new MutationObserver(show_rate).observe(document.querySelector("main"), { childList: true, subtree: true });
show_rate();
