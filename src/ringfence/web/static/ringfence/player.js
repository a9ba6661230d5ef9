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
  const total = Number(player.dataset.duration);
  const steps = Number(played.getAttribute("data-steps"));

  const toggle = () => {
    if (!audio.paused) audio.pause();
    else audio.play().catch(() => {}); // paused again before it began, or gone: the error event says so
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
    face.textContent = `${clock(at)} / ${clock(total)}`;
    seek.value = String(at);
    seek.setAttribute("aria-valuetext", `${clock(at)} of ${clock(total)}`);
    const now = current();
    if (now === marked) return;
    turns[marked]?.removeAttribute("aria-current");
    turns[now]?.setAttribute("aria-current", "true");
    if (!audio.paused) turns[now]?.scrollIntoView({ block: "nearest", behavior: calm ? "auto" : "smooth" });
    marked = now;
  };

  const state = () => {
    play.textContent = audio.paused ? "Play" : "Pause";
    play.setAttribute("aria-pressed", String(!audio.paused));
  };
  const frame = () => {
    show();
    if (!audio.paused) requestAnimationFrame(frame);
  };

  play.addEventListener("click", toggle);
  seek.addEventListener("input", () => go(Number(seek.value)));
  part(player, "[data-speed]").addEventListener("change", (event) => {
    audio.playbackRate = Number(/** @type {HTMLSelectElement} */ (event.target).value);
  });
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
    if (event.ctrlKey || event.metaKey || event.altKey || (target !== seek && /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return;
    if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      event.preventDefault();
      go(audio.currentTime + (event.key === "ArrowLeft" ? -STEP_S : STEP_S));
    } else if (event.key === " " && target.tagName !== "BUTTON" && target.tagName !== "A") {
      event.preventDefault();
      toggle();
    } else if (event.key === "j" || event.key === "k") {
      const next = turns[current() + (event.key === "j" ? 1 : -1)];
      if (next) go(Number(next.dataset.start));
      next?.focus();
    }
  });
}
