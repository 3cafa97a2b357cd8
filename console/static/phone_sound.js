// The sound of the browser phone: devices and their choice, the ring, the level of the microphone.

export const KINDS = { microphone: "audioinput", speaker: "audiooutput", ringer: "audiooutput" };
const voice = new Audio();
voice.autoplay = true;
const ring = new Audio(tone([440, 480], 1, 2));
ring.loop = true;
const test = new Audio(tone([523, 659], 0.8, 0.2));
let level;

function stored(name) { return localStorage.getItem(`phone-${name}`) ?? ""; }

export function microphone() {
  const device = stored("microphone");
  return device ? { deviceId: { ideal: device } } : true;
}

// A WAV file of these tones (Hz), and silence after them (s).
function tone(frequencies, sounding_s, silent_s) {
  const rate = 16_000, count = Math.round((sounding_s + silent_s) * rate);
  const view = new DataView(new ArrayBuffer(44 + 2 * count));
  const words = (at, text) => [...text].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  words(0, "RIFF"); view.setUint32(4, 36 + 2 * count, true); words(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, rate, true);
  view.setUint32(28, 2 * rate, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  words(36, "data"); view.setUint32(40, 2 * count, true);
  for (let place = 0; place < sounding_s * rate; place += 1) {
    const value = frequencies.reduce((sum, hertz) => sum + Math.sin(2 * Math.PI * hertz * place / rate), 0);
    const edge = Math.min(1, place / 400, (sounding_s * rate - place) / 400);
    view.setInt16(44 + 2 * place, 9000 * edge * value / frequencies.length, true);
  }
  return URL.createObjectURL(new Blob([view], { type: "audio/wav" }));
}

export function hear(stream) {
  voice.srcObject = stream;
  voice.play().catch(() => {});
}
export function set_volume(value) {
  voice.volume = value;
  localStorage.setItem("phone-volume", value);
}
export function volume() { return Number(stored("volume") || 1); }

export function set_ringing(on) {
  if (on) ring.play().catch(() => {});
  else {
    ring.pause();
    ring.currentTime = 0;
  }
}
export function test_speaker() { test.currentTime = 0; return test.play(); }

async function route(element, device) { if (element.setSinkId) await element.setSinkId(device).catch(() => {}); }

export async function choose(name, device) {
  localStorage.setItem(`phone-${name}`, device);
  await apply();
}
export async function apply() {
  voice.volume = volume();
  await Promise.all([route(voice, stored("speaker")), route(test, stored("speaker")), route(ring, stored("ringer"))]);
}

// Fills the lists of devices; their names are known once the microphone is allowed.
export async function fill(selects, standard) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [name, select] of Object.entries(selects)) {
    const options = devices.filter((one) => one.kind === KINDS[name] && one.deviceId && one.deviceId !== "default");
    select.replaceChildren(new Option(standard, ""), ...options.map((one) => new Option(one.label || standard, one.deviceId)));
    select.value = options.some((one) => one.deviceId === stored(name)) ? stored(name) : "";
  }
}

// Shows the level of the microphone (0 to 1) until `stop` is called; it is not sent anywhere.
export async function watch_level(show) {
  stop_level();
  const stream = await navigator.mediaDevices.getUserMedia({ audio: microphone() });
  const context = new AudioContext(), analyser = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    show(Math.min(1, 4 * Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length)));
  }, 100);
  level = { stream, context, timer };
}
export function stop_level() {
  if (!level) return;
  clearInterval(level.timer);
  for (const track of level.stream.getTracks()) track.stop();
  level.context.close();
  level = undefined;
}
