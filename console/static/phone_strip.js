// On every page of an agent whose calls ring in the browser: shows what the window of the telephone does, and works it.
"use strict";

{
  const strip = document.getElementById("phone-strip");
  const channel = new BroadcastChannel("standardiste-phone");
  const part = (name) => strip.querySelector(`[data-phone="${name}"]`);
  let now = { state: "closed" };

  function show(state) {
    now = state;
    strip.dataset.state = state.state;
    part("state").textContent = strip.dataset[state.held ? "state_held" : `state_${state.state}`] ?? strip.dataset.state_connecting;
    part("who").textContent = state.who ?? "";
    part("open").hidden = state.state !== "closed";
    part("answer").hidden = state.state !== "ringing";
    part("hang-up").hidden = !["ringing", "calling", "talking"].includes(state.state);
    part("mute").hidden = part("hold").hidden = state.state !== "talking";
    part("mute").setAttribute("aria-pressed", String(Boolean(state.muted)));
    part("hold").setAttribute("aria-pressed", String(Boolean(state.held)));
    strip.hidden = false;
  }
  const order = (command) => channel.postMessage({ is: "command", command });
  channel.addEventListener("message", ({ data }) => { if (data.is === "state") show(data); });
  for (const [name, command] of [["answer", "answer"], ["hang-up", "hang_up"], ["mute", "mute"], ["hold", "hold"]]) {
    part(name).addEventListener("click", () => order(command));
  }
  // A window of its own: pages that are left would cut the call.
  part("open").addEventListener("click", () => {
    window.open(strip.dataset.open, "standardiste-phone", "popup,width=420,height=720");
  });
  document.addEventListener("keydown", (event) => {
    if (now.keys === false || event.ctrlKey || event.metaKey || event.altKey || now.state === "closed") return;
    if (event.key !== "F3" && event.key !== "F4") return;
    event.preventDefault();
    order(event.key === "F3" ? "answer" : "hang_up");
  });
  show(now);
  channel.postMessage({ is: "ask" });
}
