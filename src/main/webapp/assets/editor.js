// Gives a textarea the few keys that a program needs.

const INDENT = "    ";

/** Tab and Shift+Tab indent, Enter keeps the indentation, Ctrl+Enter runs, Escape frees the next Tab. */
export function makeEditor(area, run) {
  let tabLeaves = false;

  area.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      run();
    } else if (event.key === "Escape") {
      tabLeaves = true;
      return;
    } else if (event.key === "Tab" && !tabLeaves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      if (event.shiftKey) outdentLines(area);
      else if (spansLines(area)) indentLines(area);
      else insert(area, INDENT.slice(column(area) % INDENT.length));
    } else if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      insert(area, `\n${indentationAtCaret(area)}`);
      revealCaret(area);
    }
    if (event.key !== "Shift") tabLeaves = false;
  });
  area.addEventListener("blur", () => {
    tabLeaves = false;
  });
}

// execCommand is old, but the only way that keeps the browser's undo history.
function insert(area, text) {
  const done = text === "" ? document.execCommand("delete") : document.execCommand("insertText", false, text);
  if (!done) area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
}

function spansLines(area) {
  return area.value.slice(area.selectionStart, area.selectionEnd).includes("\n");
}

function lineStart(area) {
  return area.value.lastIndexOf("\n", area.selectionStart - 1) + 1;
}

function column(area) {
  return area.selectionStart - lineStart(area);
}

function indentationAtCaret(area) {
  const line = area.value.slice(lineStart(area), area.selectionStart);
  const indentation = /^[ \t]*/.exec(line)[0];
  return /:\s*(#.*)?$/.test(line) ? indentation + INDENT : indentation;
}

function indentLines(area) {
  changeLines(area, (line) => (line === "" ? line : INDENT + line));
}

function outdentLines(area) {
  changeLines(area, (line) => line.replace(/^(\t| {1,4})/, ""));
}

function changeLines(area, change) {
  const start = lineStart(area);
  const before = { from: area.selectionStart, to: area.selectionEnd };
  const end = lastLineEnd(area);
  const old = area.value.slice(start, end);
  const changed = old.split("\n").map(change).join("\n");
  if (changed === old) return;
  area.setSelectionRange(start, end);
  insert(area, changed);
  if (before.from === before.to) {
    const caret = Math.max(start, before.from + changed.length - old.length);
    area.setSelectionRange(caret, caret);
  } else {
    area.setSelectionRange(start, start + changed.length);
  }
}

// A selection that ends at the start of a line does not take that line with it.
function lastLineEnd(area) {
  const last = spansLines(area) ? area.selectionEnd - 1 : area.selectionEnd;
  const end = area.value.indexOf("\n", last);
  return end < 0 ? area.value.length : end;
}

// Text inserted by script does not scroll; losing focus and taking it again does.
function revealCaret(area) {
  const line = area.value.slice(0, area.selectionStart).split("\n").length;
  const height = parseFloat(getComputedStyle(area).lineHeight);
  const bottom = line * height + 24;
  if (bottom > area.scrollTop + area.clientHeight) area.scrollTop = bottom - area.clientHeight;
  if (column(area) === 0) area.scrollLeft = 0;
}
