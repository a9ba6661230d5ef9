// Call Logs: choosing calls, and rows that follow the calls in progress.
// @ts-check

const table = document.querySelector("[data-calls]");
const all = /** @type {HTMLInputElement | null} */ (document.querySelector("[data-pick-all]"));
const picked = document.querySelector("[data-picked]");
const remove = /** @type {HTMLButtonElement | null} */ (document.querySelector("[data-pickbar] button"));

const boxes = () => /** @type {HTMLInputElement[]} */ ([...document.querySelectorAll("[data-pick]")]);

function tell() {
  if (!all || !picked || !remove) return;
  const each = boxes();
  const count = each.filter((box) => box.checked).length;
  picked.textContent = count ? `${count} ${count === 1 ? "call" : "calls"} chosen.` : "Choose calls to delete them or a part of them.";
  remove.disabled = count === 0;
  all.checked = count > 0 && count === each.length;
  all.indeterminate = count > 0 && count < each.length;
}

all?.addEventListener("change", () => {
  for (const box of boxes()) box.checked = all.checked;
  tell();
});
table?.addEventListener("change", tell);
window.addEventListener("pageshow", tell);
tell();

const live = document.getElementById("live");

/** How long the calls in progress have lasted, by the reader's own clock. */
function lasting() {
  for (const each of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(String(each.getAttribute("data-since")))) / 1000));
    each.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  }
}

if (live) {
  lasting();
  setInterval(lasting, 1000);
  let shown = "";
  let chosen = new Set();
  live.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden) event.preventDefault(); // nobody looks
  });
  live.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = /** @type {CustomEvent} */ (event);
    detail.shouldSwap = detail.serverResponse !== shown; // what did not change is left alone, with focus and selection
    shown = detail.serverResponse;
    chosen = new Set(boxes().filter((box) => box.checked).map((box) => box.value));
  });
  live.addEventListener("htmx:afterSwap", () => {
    for (const box of boxes()) box.checked = chosen.has(box.value);
    tell();
    lasting();
    const going = live.querySelectorAll("[data-live]").length;
    const status = document.querySelector("[data-live-status]");
    if (status) status.textContent = going ? `Calls in progress: ${going}.` : "No call is in progress.";
  });
}
