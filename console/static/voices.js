// The progress of a voice that is being prepared; the page is shown anew when it is done.
"use strict";

const panel = document.querySelector("[data-voice-progress][data-running]");

async function look() {
  const answer = await fetch(panel.dataset.voiceProgress, { headers: { Accept: "application/json" } });
  const now = await answer.json();
  panel.querySelector("progress").value = now.done;
  const words = panel.querySelector("[data-done]");
  words.textContent = words.dataset.done.replace("#", now.done);
  if (now.running) setTimeout(look, 1000);
  else location.assign(location.href);
}

if (panel) setTimeout(look, 1000);
