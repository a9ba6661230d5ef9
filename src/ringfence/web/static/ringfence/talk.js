// @ts-check
/** Talk to this agent: a call in the browser, by microphone or by keyboard. The wire is voice/telephony/web. */

const page = /** @type {HTMLElement} */ (document.querySelector("[data-talk]"));
/** @param {string} name @returns {any} */
const part = (name) => page.querySelector(`[data-part="${name}"]`);

/** @typedef {{socket: WebSocket, audio: AudioContext, line: AudioWorkletNode, microphone: MediaStream | null, since: number, timer: number}} Call */
/** @type {Call | null} */
let call = null;
let muted = false;
let leaving = false;

const ENDED = new Map([
  ["caller", "You hung up."],
  ["finished", "The agent came to its end and hung up."],
  ["caller_hung_up", "You hung up."],
  ["time_limit", "The call reached its time limit."],
  ["no_input", "The agent heard nothing more and hung up."],
  ["opted_out", "You asked for no more calls: the agent took note and hung up."],
  ["failed", "The call broke off on our side. Its call log says why."],
  ["not_understood", "The agent could not understand, and hung up."],
]);

/** @param {"idle"|"connecting"|"live"|"ended"} state @param {string} text */
function show(state, text) {
  page.dataset.state = state;
  part("state").textContent = text;
  for (const name of ["call", "call-typing"]) part(name).disabled = state === "connecting" || state === "live";
  for (const name of ["mute", "hang-up", "text", "send"]) part(name).disabled = state !== "live";
  part("after").hidden = state !== "ended";
}

/** @param {string} speaker @param {string} text */
function caption(speaker, text) {
  const line = document.createElement("p");
  line.className = speaker;
  const who = document.createElement("span");
  who.className = "who-said";
  who.textContent = speaker === "agent" ? "Agent" : "You";
  line.append(who, document.createTextNode(` ${text}`));
  const log = part("captions");
  log.querySelector("[data-part='hint']")?.remove();
  log.append(line);
  log.scrollTop = log.scrollHeight;
}

/** @returns {Promise<{path: string, page: string}>} */
async function ticket() {
  const token = /** @type {HTMLInputElement} */ (page.querySelector("[name='csrfmiddlewaretoken']")).value;
  const response = await fetch(String(page.dataset.ticket), { method: "POST", headers: { "X-CSRFToken": token } });
  if (!response.ok) throw new Error("The call could not begin. Publish the agent, load this page again, then try once more.");
  return response.json();
}

/** @returns {Promise<MediaStream | null>} the microphone; null where there is none, and one can type */
async function microphone() {
  const wish = { audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  try {
    return await navigator.mediaDevices.getUserMedia(wish);
  } catch {
    part("no-microphone").hidden = false;
    return null;
  }
}

/** @param {boolean} speaking by microphone, or by keyboard alone */
async function start(speaking) {
  show("connecting", "Connecting…");
  part("captions").replaceChildren();
  part("no-microphone").hidden = true;
  const audio = new AudioContext({ latencyHint: "interactive" });
  try {
    await audio.audioWorklet.addModule(String(page.dataset.line));
    const heard = speaking ? await microphone() : null;
    const { path, page: address } = await ticket();
    part("result").href = address;
    const line = new AudioWorkletNode(audio, "ringfence-line", { outputChannelCount: [1] });
    line.connect(audio.destination);
    if (heard) audio.createMediaStreamSource(heard).connect(line);
    const socket = new WebSocket(`wss://${location.host}${path}`);
    socket.binaryType = "arraybuffer";
    call = { socket, audio, line, microphone: heard, since: 0, timer: 0 };
    connect(call);
  } catch (error) {
    await audio.close();
    show("idle", error instanceof Error ? error.message : "The call could not be placed.");
  }
}

/** @param {Call} it */
function connect(it) {
  let why = "";
  leaving = false;
  it.line.port.onmessage = ({ data }) => {
    if (data.frame && it.socket.readyState === WebSocket.OPEN && it.since) it.socket.send(data.frame);
    if (data.level !== undefined) part("level").value = Math.min(1, Math.sqrt(data.level) * 1.2);
    if (data.played) send({ type: "played", name: data.played });
  };
  it.socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) {
      it.line.port.postMessage({ audio: data }, [data]);
      return;
    }
    const message = JSON.parse(data);
    if (message.type === "ready") begun(it);
    else if (message.type === "caption") caption(message.speaker, message.text);
    else if (message.type === "mark") it.line.port.postMessage({ mark: message.name });
    else if (message.type === "clear") it.line.port.postMessage({ clear: true });
    else if (message.type === "ended") why = message.code;
  };
  it.socket.onclose = (event) => over(it, leaving ? "caller" : why || event.reason);
}

/** @param {Call} it */
function begun(it) {
  it.since = performance.now();
  it.timer = window.setInterval(() => {
    const seconds = Math.floor((performance.now() - it.since) / 1000);
    part("clock").textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }, 500);
  mute(false);
  show("live", it.microphone ? "You are connected. Speak, or type below." : "You are connected. Type below.");
  if (!it.microphone) part("text").focus();
}

/** @param {Call} it @param {string} code */
function over(it, code) {
  window.clearInterval(it.timer);
  it.line.port.onmessage = null; // a level that was on its way must not move the meter again
  it.line.port.postMessage({ end: true });
  for (const track of it.microphone?.getTracks() ?? []) track.stop();
  void it.audio.close();
  part("level").value = 0;
  const began = it.since > 0;
  call = null;
  show(began ? "ended" : "idle", ENDED.get(code) ?? (began ? "The call has ended." : "The call was not let in. Try again."));
  (began ? part("result") : part("call")).focus();
}

/** @param {object} message */
function send(message) {
  if (call?.socket.readyState === WebSocket.OPEN) call.socket.send(JSON.stringify(message));
}

/** @param {boolean} wanted */
function mute(wanted) {
  muted = wanted;
  call?.line.port.postMessage({ muted });
  part("mute").textContent = muted ? "Unmute" : "Mute";
}

part("call").addEventListener("click", () => void start(true));
part("call-typing").addEventListener("click", () => void start(false));
part("mute").addEventListener("click", () => mute(!muted));
part("hang-up").addEventListener("click", () => {
  leaving = true;
  send({ type: "hangup" });
});
part("say").addEventListener("submit", (/** @type {SubmitEvent} */ event) => {
  event.preventDefault();
  const text = part("text").value.trim();
  if (text) send({ type: "text", text });
  part("text").value = "";
});
window.addEventListener("pagehide", () => send({ type: "hangup" }));
