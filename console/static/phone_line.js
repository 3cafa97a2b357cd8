// The line of the browser phone: registered at Asterisk through /ws, one call at a time (JsSIP).
import { UA, WebSocketInterface } from "./jssip.js";

const PAGE = crypto.randomUUID();
const ENDED_BY_US = [4401, 4409]; // live/phone_relay.py
const TRIES_BEFORE_ASKING = 3;

// Events: "change" after every change of `state`, `reason`, `who`, `muted`, `held`; "sound" with the caller's stream;
// "quality" with what getStats() says.
export class Line extends EventTarget {
  state = "offline"; // connecting, ready, ringing, calling, talking, refused
  reason = "";
  who = "";
  reference = "";
  since = 0;
  muted = false;
  held = false;
  #ua; #call; #lost = false; #failures = 0;

  constructor(urls, microphone) {
    super();
    this.urls = urls;
    this.microphone = microphone; // gives the constraints of the chosen device
  }

  #change(values) {
    Object.assign(this, values);
    this.dispatchEvent(new Event("change"));
  }

  async start() {
    this.#change({ state: "connecting", reason: "" });
    let answer;
    try {
      answer = await fetch(this.urls.login, { method: "POST", body: new URLSearchParams({ csrf_token: this.urls.token }) });
    } catch {
      setTimeout(() => this.start(), 3000);
      return;
    }
    if (!answer.ok) {
      this.#change({ state: "refused", reason: answer.status === 503 ? "away" : "ended" });
      return;
    }
    const { account, password } = await answer.json();
    const socket = new WebSocketInterface(`${this.urls.socket}?page=${PAGE}`);
    this.#failures = 0;
    const ua = this.#ua = new UA({
      sockets: [socket], uri: `sip:${account}@standardiste.invalid`, password, register_expires: 60,
      contact_uri: `sip:${account}@${PAGE}.invalid;transport=ws`, session_timers: true, user_agent: "Standardiste",
      connection_recovery_min_interval: 1, connection_recovery_max_interval: 4,
    });
    // What one that was stopped still says is no news of this line.
    const on = (name, act) => ua.on(name, (event) => { if (ua === this.#ua) act(event); });
    on("registered", () => this.#registered());
    on("disconnected", (event) => this.#disconnected(event));
    on("registrationFailed", (event) => this.#refused(event));
    on("newRTCSession", ({ originator, session, request }) => this.#began(originator, session, request));
    ua.start();
  }

  // The other end has closed the connection, and is asked again only when the agent wants it.
  #stop(reason) {
    const ua = this.#ua;
    this.#ua = undefined;
    this.#change({ state: "refused", reason });
    ua.stop();
    ua.transport.disconnect(); // stop() waits 2 s with it, and would connect anew meanwhile
  }

  #registered() {
    this.#failures = 0;
    // The other end knows the old connection: until it hears of this one, its hang-up would not reach us.
    if (this.#lost && this.#call?.isEstablished()) this.#call.renegotiate();
    this.#lost = false;
    if (!this.#call) this.#change({ state: "ready", reason: "" });
    else this.#change({ reason: "" });
  }

  #disconnected({ code }) {
    this.#lost = true;
    if (ENDED_BY_US.includes(code)) return this.#stop("elsewhere");
    this.#failures += 1;
    this.#change({ reason: "connection", ...(this.#call ? {} : { state: "connecting" }) });
    if (this.#failures === TRIES_BEFORE_ASKING && !this.#call) this.#again();
  }

  #refused({ cause }) {
    if (cause === "Connection Error" || this.#call) return;
    this.#again();
  }

  // A new password: the old one is worth nothing when Asterisk has lost it, or the session has ended.
  #again() {
    this.#ua?.stop();
    this.#ua = undefined;
    setTimeout(() => this.start(), 2000);
  }

  #began(originator, session, request) {
    if (this.#call) {
      session.terminate({ status_code: 486 });
      return;
    }
    this.#call = session;
    const from = request.from;
    const shown = originator === "remote" ? [from.display_name, from.uri.user].filter(Boolean) : [request.to.uri.user];
    this.#change({
      state: originator === "remote" ? "ringing" : "calling", who: [...new Set(shown)].join(" · "), muted: false, held: false,
      reference: originator === "remote" ? request.getHeader("X-Call-Ref") ?? "" : "",
    });
    session.on("icecandidate", (event) => event.ready()); // the first one is enough on a network of ours
    session.on("peerconnection", ({ peerconnection }) => this.#listen(peerconnection));
    if (session.connection) this.#listen(session.connection);
    session.on("confirmed", () => this.#change({ state: "talking", since: Date.now() }));
    session.on("ended", ({ originator: by }) => this.#ended(by));
    session.on("failed", ({ originator: by }) => this.#ended(by));
    for (const name of ["hold", "unhold"]) session.on(name, () => this.#change({ held: session.isOnHold().local }));
    for (const name of ["muted", "unmuted"]) session.on(name, () => this.#change({ muted: session.isMuted().audio }));
    // The same caller as before this page was loaded: they wait for us already.
    if (originator === "remote" && request.getHeader("X-Call-Resumed")) this.answer();
  }

  #listen(connection) {
    connection.addEventListener("track", ({ streams: [stream] }) => {
      this.dispatchEvent(new CustomEvent("sound", { detail: stream }));
    });
  }

  #ended() {
    this.#call = undefined;
    if (this.state === "refused") return;
    const connected = this.#ua?.isRegistered();
    this.#change({ state: connected ? "ready" : "connecting", who: "", reference: "", muted: false, held: false });
  }

  #media() {
    return { mediaConstraints: { audio: this.microphone(), video: false }, pcConfig: { iceServers: [] } };
  }

  answer() {
    if (this.state !== "ringing") return;
    this.#call.answer(this.#media());
    if (this.urls.used) fetch(this.urls.used, { method: "POST", body: new URLSearchParams({ csrf_token: this.urls.token }) }).catch(() => {});
  }

  hang_up() { this.#call?.terminate(this.state === "ringing" ? { status_code: 486 } : {}); }

  dial(desk) { if (this.state === "ready") this.#ua.call(`sip:${desk}@standardiste.invalid`, this.#media()); }

  mute(wanted = !this.muted) { this.#call?.[wanted ? "mute" : "unmute"]({ audio: true }); }

  hold(wanted = !this.held) { if (this.state === "talking") this.#call[wanted ? "hold" : "unhold"](); }

  press(key) { if (this.state === "talking") this.#call.sendDTMF(key, { transportType: "RFC2833", duration: 120, interToneGap: 80 }); }

  get connection() { return this.#call?.connection; }

  // Another microphone during a call.
  async replace_microphone() {
    const sender = this.connection?.getSenders().find((one) => one.track?.kind === "audio");
    if (!sender) return;
    const stream = await navigator.mediaDevices.getUserMedia({ audio: this.microphone() });
    await sender.replaceTrack(stream.getAudioTracks()[0]);
  }
}
