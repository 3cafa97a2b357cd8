// Records with the microphone: shows its level first, then counts down the remaining time.
"use strict";

const panel = document.querySelector("[data-recorder]");
const part = (name) => panel.querySelector(`[data-${name}]`);
const limit = Number(panel.dataset.limit);
let stream, meter, recorder, began;

async function check() {
  part("check").disabled = true;
  try {
    // No processing by the browser: it may take a voice for noise.
    const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    stream = await navigator.mediaDevices.getUserMedia({ audio: plain });
  } catch {
    part("lead").textContent = panel.dataset.denied;
    part("check").disabled = false;
    return;
  }
  part("check").hidden = true;
  part("live").hidden = false;
  const context = new AudioContext();
  await context.resume();
  const ear = context.createAnalyser();
  ear.fftSize = 2048;
  context.createMediaStreamSource(stream).connect(ear);
  meter = setInterval(() => show(ear), 100);
  part("start").focus();
}

let loudest = -100, spoken = "";
function show(ear) {
  const wave = new Float32Array(ear.fftSize);
  ear.getFloatTimeDomainData(wave);
  const power = wave.reduce((sum, sample) => sum + sample * sample, 0) / wave.length;
  const level = 10 * Math.log10(power + 1e-10);
  const peak = wave.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  panel.querySelector(".meter i").style.width = `${Math.max(0, Math.min(100, (level + 60) / 0.6))}%`;
  loudest = Math.max(level, loudest - 0.5); // falls 5 dB a second: pauses do not count
  const word = peak > 0.99 ? "loud" : loudest < -60 ? "silent" : loudest < -38 ? "low" : "good";
  panel.dataset.level = word;
  if (panel.dataset[word] !== spoken) part("word").textContent = spoken = panel.dataset[word];
  if (!began) return;
  const left = Math.max(0, limit - (performance.now() - began) / 1000);
  part("countdown").textContent = panel.dataset.left.replace("%", Math.ceil(left));
  panel.classList.toggle("ending", left < 10);
  if (!left) stop();
}

function start() {
  recorder = new MediaRecorder(stream, { audioBitsPerSecond: 128000 });
  const pieces = [];
  recorder.ondataavailable = (event) => pieces.push(event.data);
  recorder.onstop = () => {
    document.dispatchEvent(new CustomEvent("recorded", { detail: new Blob(pieces, { type: recorder.mimeType }) }));
    part("live").hidden = true;
    part("check").hidden = part("check").disabled = false;
  };
  recorder.start();
  began = performance.now();
  part("start").hidden = true;
  part("stop").hidden = false;
  part("stop").focus();
}

function stop() {
  clearInterval(meter);
  recorder.stop();
  stream.getTracks().forEach((track) => track.stop());
  began = undefined;
  part("start").hidden = false;
  part("stop").hidden = true;
  part("countdown").textContent = "";
}

addEventListener("beforeunload", (event) => { if (began) event.preventDefault(); });

if (navigator.mediaDevices && window.MediaRecorder) {
  panel.hidden = false;
  part("check").addEventListener("click", check);
  part("start").addEventListener("click", start);
  part("stop").addEventListener("click", stop);
}
