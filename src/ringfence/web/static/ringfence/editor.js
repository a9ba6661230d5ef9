// The editor: go to a line, keep two-space indents, say where one is.
// @ts-check

const editor = /** @type {HTMLTextAreaElement | null} */ (document.querySelector("[data-editor]"));
const place = document.querySelector("[data-position]");

if (editor) {
  /** @param {number} line */
  const goTo = (line) => {
    const lines = editor.value.split("\n");
    const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    editor.focus();
    editor.setSelectionRange(start, start + (lines[line - 1] ?? "").length);
    editor.scrollTop = (line - 4) * parseFloat(getComputedStyle(editor).lineHeight);
  };
  for (const button of document.querySelectorAll("[data-line]")) {
    button.addEventListener("click", () => goTo(Number(/** @type {HTMLElement} */ (button).dataset.line)));
  }
  editor.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey) return;
    const before = editor.value.slice(0, editor.selectionStart);
    const indent = /(?:^|\n)( *)[^\n]*$/.exec(before)?.[1] ?? "";
    event.preventDefault();
    editor.setRangeText(`\n${indent}`, editor.selectionStart, editor.selectionEnd, "end");
  });
  const where = () => {
    const before = editor.value.slice(0, editor.selectionStart).split("\n");
    if (place) place.textContent = `Line ${before.length} of ${editor.value.split("\n").length}`;
  };
  for (const name of ["keyup", "click", "input"]) editor.addEventListener(name, where);
}
