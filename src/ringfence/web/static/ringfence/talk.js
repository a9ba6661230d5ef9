// Talking to an agent: microphone or keyboard, over a WebSocket of our own.
// @ts-check

const RATE = 16000;
const room = /** @type {HTMLElement | null} */ (document.querySelector("[data-talk]"));

/** @template {Element} T @param {string} selector @returns {T} */
const part = (selector) => /** @type {T} */ (/** @type {HTMLElement} */ (room).querySelector(selector));

/** @param {number} code */
function decode(code) {
  const bits = ~code & 0xff;
  const magnitude = ((((bits & 0x0f) << 3) + 132) << ((bits >> 4) & 7)) - 132;
  return (bits & 0x80 ? -magnitude : magnitude) / 32768;
}
const DECODED = Float32Array.from({ length: 256 }, (_, code) => decode(code));

/** Plays what arrives in order; `clear` forgets what has not been played yet. */
class Speaker {
  /** @param {AudioContext} context */
  constructor(context) {
    this.context = context;
    this.next = 0;
    /** @type {Set<AudioBufferSourceNode>} */
    this.playing = new Set();
  }

  /** @param {Uint8Array} ulaw */
  push(ulaw) {
    const buffer = this.context.createBuffer(1, ulaw.length, RATE);
    buffer.copyToChannel(Float32Array.from(ulaw, (code) => DECODED[code]), 0);
    const node = new AudioBufferSourceNode(this.context, { buffer });
    node.connect(this.context.destination);
    this.next = Math.max(this.next, this.context.currentTime + 0.02);
    node.start(this.next);
    this.next += buffer.duration;
    this.playing.add(node);
    node.addEventListener("ended", () => this.playing.delete(node));
  }

  clear() {
    this.playing.forEach((node) => node.stop());
    this.playing.clear();
    this.next = 0;
  }
}

/** @param {string} speaker @param {string} text */
function caption(speaker, text) {
  const line = document.createElement("p");
  line.className = speaker;
  const who = document.createElement("span");
  who.className = "hidden-visually";
  who.textContent = speaker === "agent" ? "Agent: " : "You: ";
  line.append(who, text);
  part("[data-captions]").append(line);
  line.scrollIntoView({ block: "nearest" });
}

/** @param {string} text */
const status = (text) => (part("[data-status]").textContent = text);

/** @param {boolean} on */
function talking(on) {
  for (const name of ["[data-call]", "[data-call-silent]"]) /** @type {HTMLButtonElement} */ (part(name)).disabled = on;
  for (const name of ["[data-mute]", "[data-hangup]", "#line", "[data-say] button"]) {
    /** @type {HTMLButtonElement} */ (part(name)).disabled = !on;
  }
}

/** A frame of silence: what a caller who types sends, so that the call's own time goes on. */
const SILENCE = new Uint8Array(320).fill(0xff);

/** @param {boolean} voice */
async function call(voice) {
  const context = new AudioContext();
  /** @type {MediaStream | null} */
  let stream = null;
  try {
    if (voice) stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
  } catch {
    status("The microphone is not allowed or not there. Allow it in the browser's address bar, or call and type.");
    return;
  }
  talking(true);
  status("Calling…");
  const token = /** @type {HTMLInputElement} */ (part("[name=csrfmiddlewaretoken]")).value;
  const answer = await fetch(/** @type {string} */ (/** @type {HTMLElement} */ (room).dataset.ticket), {
    method: "POST",
    headers: { "X-CSRFToken": token },
  });
  if (!answer.ok) {
    talking(false);
    status("The call could not begin. Publish the agent first, then try again.");
    return;
  }
  const ticket = await answer.json();
  const socket = new WebSocket(`wss://${location.host}${ticket.path}`);
  socket.binaryType = "arraybuffer";
  const speaker = new Speaker(context);
  let muted = false;
  let ended = false;
  let beat = 0;

  /** @param {Uint8Array} frame */
  const send = (frame) => {
    if (socket.readyState === WebSocket.OPEN && socket.bufferedAmount < 64000) socket.send(frame);
  };
  const over = () => {
    if (ended) return;
    ended = true;
    clearInterval(beat);
    stream?.getTracks().forEach((track) => track.stop());
    setTimeout(() => context.close(), 500);
    talking(false);
    status("The call is over.");
    /** @type {HTMLAnchorElement} */ (part("[data-page]")).href = ticket.page;
    /** @type {HTMLElement} */ (part("[data-after]")).hidden = false;
  };

  socket.addEventListener("message", (event) => {
    if (event.data instanceof ArrayBuffer) return speaker.push(new Uint8Array(event.data));
    const message = JSON.parse(event.data);
    if (message.type === "ready") status(voice ? "You are connected. Speak." : "You are connected. Type below.");
    else if (message.type === "caption") caption(message.speaker, message.text);
    else if (message.type === "clear") speaker.clear();
    else if (message.type === "mark") socket.send(JSON.stringify({ type: "played", name: message.name }));
    else if (message.type === "ended") over();
  });
  socket.addEventListener("close", over);
  socket.addEventListener("error", () => status("The line broke. Try again."));

  if (stream) {
    await context.audioWorklet.addModule(/** @type {string} */ (/** @type {HTMLElement} */ (room).dataset.worklet));
    const microphone = new AudioWorkletNode(context, "microphone");
    context.createMediaStreamSource(stream).connect(microphone);
    microphone.port.onmessage = (event) => {
      send(muted ? SILENCE : event.data.frame);
      /** @type {HTMLMeterElement} */ (part("[data-level]")).value = muted ? 0 : Math.sqrt(event.data.level);
    };
  } else {
    beat = setInterval(() => send(SILENCE), 20);
  }

  const mute = /** @type {HTMLButtonElement} */ (part("[data-mute]"));
  mute.onclick = () => {
    muted = !muted;
    mute.setAttribute("aria-pressed", String(muted));
    mute.textContent = muted ? "Unmute" : "Mute";
  };
  /** @type {HTMLButtonElement} */ (part("[data-hangup]")).onclick = () => {
    socket.send(JSON.stringify({ type: "hangup" }));
    over();
  };
  const form = /** @type {HTMLFormElement} */ (part("[data-say]"));
  form.onsubmit = (event) => {
    event.preventDefault();
    const line = /** @type {HTMLInputElement} */ (part("#line"));
    const text = line.value.trim();
    if (!text || socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ type: "text", text }));
    line.value = "";
  };
}

if (room) {
  part("[data-call]").addEventListener("click", () => call(true));
  part("[data-call-silent]").addEventListener("click", () => call(false));
}
