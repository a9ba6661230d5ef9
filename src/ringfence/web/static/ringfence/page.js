// What every page does: times in the reader's zone, keys, choosing rows.
// @ts-check

/** @type {Record<string, Intl.DateTimeFormatOptions>} */
const FORMS = {
  full: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** @param {ParentNode} root */
function localTimes(root) {
  for (const time of root.querySelectorAll("time[datetime]:not([data-local])")) {
    if (!(time instanceof HTMLTimeElement)) continue;
    time.textContent = new Date(time.dateTime).toLocaleString(undefined, FORMS[time.dataset.form ?? "full"]);
    time.dataset.local = "";
  }
}

/** @param {EventTarget | null} target */
const typing = (target) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

let waiting = "";

/** @param {KeyboardEvent} event */
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const chord = waiting + event.key;
  waiting = event.key === "g" ? "g" : "";
  if (chord === "gl") location.assign("/learn/calls/");
  else if (event.key === "/") focusOn("[data-search]", event);
  else if (event.key === "?") /** @type {HTMLDialogElement | null} */ (document.getElementById("help"))?.showModal();
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") moveInList(event);
}

/** @param {string} selector @param {Event} event */
function focusOn(selector, event) {
  const found = document.querySelector(selector);
  if (found instanceof HTMLElement) {
    event.preventDefault();
    found.focus();
  }
}

/** @param {KeyboardEvent} event */
function moveInList(event) {
  const links = [...document.querySelectorAll("[data-rows] tbody tr")].map((row) => row.querySelector("a"));
  const now = links.findIndex((link) => link === document.activeElement);
  const next = links[event.key === "ArrowDown" ? now + 1 : Math.max(0, now - 1)];
  if (next) {
    event.preventDefault();
    next.focus();
  }
}

function picks() {
  const all = document.querySelector("[data-pick-all]");
  const each = /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[data-pick]")]);
  const words = document.querySelector("[data-picked]");
  const button = document.querySelector("[data-pickbar] button");
  if (!(all instanceof HTMLInputElement) || !words || !(button instanceof HTMLButtonElement)) return;
  const tell = () => {
    const count = each.filter((box) => box.checked).length;
    words.textContent = count ? `${count} ${count === 1 ? "call" : "calls"} chosen.` : "Choose calls to delete them or a part of them.";
    button.disabled = count === 0;
    all.checked = count === each.length;
    all.indeterminate = count > 0 && count < each.length;
  };
  all.addEventListener("change", () => {
    for (const box of each) box.checked = all.checked;
    tell();
  });
  for (const box of each) box.addEventListener("change", tell);
  window.addEventListener("pageshow", tell);
  tell();
}

function themes() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.addEventListener("click", () => {
      const dark = document.documentElement.dataset.theme
        ? document.documentElement.dataset.theme === "dark"
        : matchMedia("(prefers-color-scheme: dark)").matches;
      document.documentElement.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("theme", document.documentElement.dataset.theme);
    });
  }
}

function follow() {
  const mark = document.querySelector("[data-reload]");
  if (mark instanceof HTMLElement) setTimeout(() => location.reload(), Number(mark.dataset.reload) * 1000);
}

localTimes(document);
document.addEventListener("htmx:afterSwap", () => localTimes(document));
document.addEventListener("keydown", keys);
picks();
themes();
follow();
