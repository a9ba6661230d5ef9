// What every page does: times in the reader's zone, keys, rows that open, forms that ask for views.
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

const help = /** @type {HTMLDialogElement | null} */ (document.getElementById("help"));
let waiting = "";

/** @param {KeyboardEvent} event */
function keys(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || help?.open) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") return moveInList(event);
  if (document.documentElement.dataset.keys === "off") return;
  const chord = waiting + event.key;
  waiting = event.key === "g" ? "g" : "";
  if (chord === "gl") location.assign("/learn/calls/");
  else if (event.key === "/") focusOn("[data-search]", event);
  else if (event.key === "?") help?.showModal();
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

/** A row leads where its first link leads, unless something else in it was meant. @param {MouseEvent} event */
function openRow(event) {
  const target = /** @type {HTMLElement} */ (event.target);
  const row = target.closest("[data-rows] tbody tr");
  if (!row || target.closest("a, button, input, select, label, summary, .pick") || getSelection()?.toString()) return;
  const link = row.querySelector("a");
  if (!link) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href);
  else link.click();
}

/** Forms that ask for a view: what is empty or as ever stays out of the address, and days are the reader's. */
function cleanForms() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  for (const form of document.querySelectorAll("form[data-clean]")) {
    if (!(form instanceof HTMLFormElement)) continue;
    const own = /** @type {HTMLInputElement | null} */ (form.querySelector("[data-zone]"));
    const name = form.querySelector("[data-zone-name]");
    if (own && name) name.textContent = own.value || zone;
    form.addEventListener("change", (event) => {
      const changed = /** @type {HTMLInputElement} */ (event.target);
      if (own && name && changed.type === "date") name.textContent = own.value = zone;
    });
    const columns = /** @type {HTMLInputElement[]} */ ([...form.querySelectorAll("input[name='col']")]);
    form.addEventListener("submit", () => {
      const fields = /** @type {HTMLInputElement[]} */ ([...form.elements]);
      const dated = fields.some((field) => field.type === "date" && field.value);
      if (own) own.value = dated ? own.value || zone : "";
      const usual = columns.some((box) => box.matches("[data-usual]")) && columns.every((box) => box.checked === box.matches("[data-usual]"));
      for (const field of fields) if (field.name && (!field.value || (usual && field.name === "col"))) field.disabled = true;
    });
    window.addEventListener("pageshow", () => {
      for (const field of /** @type {HTMLInputElement[]} */ ([...form.elements])) if (!field.matches("[data-off]")) field.disabled = false;
    });
  }
}

/** Ids and commands are copied by the button beside them. @param {MouseEvent} event */
async function copy(event) {
  const button = /** @type {HTMLElement} */ (event.target).closest("[data-copy]");
  if (!(button instanceof HTMLElement)) return;
  await navigator.clipboard.writeText(String(button.dataset.copy));
  const before = button.textContent;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = before), 1500);
}

/** What has to be written anew is where the reader goes on. */
function firstWrong() {
  const wrong = document.querySelector("[aria-invalid='true']");
  if (wrong instanceof HTMLElement) wrong.focus();
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

/** Single keys get in the way of speech input and of unsteady hands: they can be turned off. */
function keysSwitch() {
  const box = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-keys-switch]"));
  const root = document.documentElement;
  if (box) box.checked = root.dataset.keys !== "off";
  box?.addEventListener("change", () => {
    root.dataset.keys = box.checked ? "on" : "off";
    localStorage.setItem("keys", root.dataset.keys);
  });
  for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", () => help?.showModal());
}

localTimes(document);
document.addEventListener("htmx:afterSwap", () => localTimes(document));
document.addEventListener("keydown", keys);
document.addEventListener("click", openRow);
document.addEventListener("click", (event) => void copy(event));
themes();
keysSwitch();
cleanForms();
firstWrong();
