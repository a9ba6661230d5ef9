// A call's recording: playing, seeking, and the transcript that follows it.
// @ts-check

/** @param {number} seconds */
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

/** @template {Element} T @param {ParentNode} root @param {string} selector @returns {T} */
const part = (root, selector) => /** @type {T} */ (root.querySelector(selector));

const player = /** @type {HTMLElement | null} */ (document.querySelector("[data-player]"));
const turns = /** @type {HTMLButtonElement[]} */ ([...document.querySelectorAll(".turn")]);
const STEP_S = 5;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

if (player) {
  const audio = /** @type {HTMLAudioElement} */ (part(player, "[data-audio]"));
  const play = /** @type {HTMLButtonElement} */ (part(player, "[data-play]"));
  const seek = /** @type {HTMLInputElement} */ (part(player, "[data-seek]"));
  const played = part(player, "[data-played]");
  const needle = part(player, "[data-needle]");
  const face = part(player, "[data-clock]");
  const problem = /** @type {HTMLElement} */ (part(player, "[data-player-problem]"));
  const speed = /** @type {HTMLSelectElement} */ (part(player, "[data-speed]"));
  const total = Number(player.dataset.duration);
  const whole = clock(Math.round(total)); // as the server writes it
  const from = Number(player.dataset.from);
  const steps = Number(played.getAttribute("data-steps"));

  const toggle = () => {
    if (!audio.paused) return audio.pause();
    if (audio.ended || (!audio.played.length && audio.currentTime < from)) go(from); // nobody wants to hear what was not recorded
    audio.play().catch(() => {}); // paused again before it began, or gone: the error event says so
  };
  /** @param {number} at */
  const go = (at) => {
    audio.currentTime = Math.min(Math.max(at, 0), total);
    show();
  };
  const current = () => turns.findLastIndex((turn) => Number(turn.dataset.start) <= audio.currentTime + 0.05);

  let marked = -1;
  const show = () => {
    const at = audio.currentTime;
    const x = String((steps * at) / total);
    played.setAttribute("width", x);
    needle.setAttribute("x", x);
    face.textContent = `${clock(at)} / ${whole}`;
    seek.value = String(at);
    seek.setAttribute("aria-valuetext", `${clock(at)} of ${whole}`);
    const now = current();
    if (now === marked) return;
    turns[marked]?.removeAttribute("aria-current");
    turns[now]?.setAttribute("aria-current", "true");
    if (!audio.paused) turns[now]?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    marked = now;
  };

  const state = () => {
    play.textContent = audio.paused ? "Play" : "Pause";
  };
  const frame = () => {
    show();
    if (!audio.paused) requestAnimationFrame(frame);
  };

  play.addEventListener("click", toggle);
  seek.addEventListener("input", () => go(Number(seek.value)));
  const pace = () => (audio.playbackRate = Number(speed.value));
  speed.addEventListener("change", pace);
  audio.addEventListener("play", () => (state(), frame()));
  audio.addEventListener("pause", state);
  audio.addEventListener("seeked", show);
  audio.addEventListener("ended", state);
  audio.addEventListener("error", () => {
    problem.hidden = false;
    play.disabled = true;
  });
  turns.forEach((turn) => turn.addEventListener("click", () => go(Number(turn.dataset.start))));
  document.addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (target !== seek && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      go(audio.currentTime + (event.key === "ArrowLeft" ? -STEP_S : STEP_S));
    } else if (event.key === " " && !target.closest("button, a, summary")) {
      event.preventDefault();
      toggle();
    } else if (document.documentElement.dataset.keys === "off") {
      return;
    } else if (event.key === "<" || event.key === ">") {
      const last = speed.options.length - 1;
      speed.selectedIndex = Math.min(Math.max(speed.selectedIndex + (event.key === ">" ? 1 : -1), 0), last);
      pace();
    } else if (event.key === "j" || event.key === "k") {
      const next = turns[current() + (event.key === "j" ? 1 : -1)];
      if (next) go(Number(next.dataset.start));
      next?.focus();
    }
  });
}
