// Counts down what is left of a wrap-up. Without it the page shows when it ends, by the clock of the server.
"use strict";

const ends_at = new WeakMap(); // by element, on the clock of this page: that of the computer may be wrong

function count_down() {
  for (const left of document.querySelectorAll("[data-left-s]")) {
    if (!ends_at.has(left)) ends_at.set(left, performance.now() + 1000 * left.dataset.leftS);
    const seconds = Math.max(0, Math.ceil((ends_at.get(left) - performance.now()) / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (left.textContent === text) continue;
    left.textContent = text;
    if (seconds === 0) document.dispatchEvent(new Event("timeisup")); // frame.js asks for what is shown now
  }
}
count_down();
setInterval(count_down, 250);
