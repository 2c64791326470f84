// Shows what a program displays and the value of its last expression. Bundles come from the program: markup is never trusted.
import { make } from "./page.js";

const IMAGES = ["image/png", "image/jpeg", "image/svg+xml"];
const MOST_ROWS = 200;

/** Elements for each of the bundles of a run. */
export function results(run) {
  return [...(run.displays ?? []), run.result].filter(Boolean).map(shown);
}

function shown(bundle) {
  const plain = textOf(bundle);
  const image = IMAGES.find((type) => typeof bundle[type] === "string");
  if (image) return make("img", { className: "value", src: source(image, bundle[image]), alt: plain || "Image" });
  const table = typeof bundle["text/html"] === "string" ? tableIn(bundle["text/html"]) : null;
  return table ?? make("pre", { className: "value", tabIndex: 0 }, plain);
}

function textOf(bundle) {
  for (const type of ["text/plain", "text/markdown", "text/latex", "text/html"]) {
    if (typeof bundle[type] === "string") return bundle[type];
  }
  return "application/json" in bundle ? JSON.stringify(bundle["application/json"], null, 2) : Object.keys(bundle).join(", ");
}

// As a picture, an SVG runs no scripts and loads nothing.
function source(type, data) {
  return type === "image/svg+xml" ? `data:${type},${encodeURIComponent(data)}` : `data:${type};base64,${data}`;
}

const IN_TABLES = /^(table|thead|tbody|tfoot|tr|th|td)$/i;
const ELEMENT = /<(style|script)\b[\s\S]*?<\/\1\s*>/gi;
const TAG = /<(\/?)([a-z][a-z0-9-]*)((?:[^<>"']|"[^"]*"|'[^']*')*)>/gi;

// A table is built anew from the texts of its cells; nothing else of the markup gets into the page. What is not needed is taken
// away before it is parsed, since the browser would complain of styles and handlers that the page's policy forbids.
function tableIn(html) {
  const bare = html.replace(ELEMENT, "").replace(TAG, (_, end, name, attributes) => {
    if (!IN_TABLES.test(name)) return "";
    const spans = attributes.match(/\b(?:col|row)span\s*=\s*["']?\d{1,4}["']?/gi) ?? [];
    return `<${[end + name, ...spans].join(" ")}>`;
  });
  const found = new DOMParser().parseFromString(bare, "text/html").querySelector("table");
  if (!found) return null;
  const table = make("table", {}, ...[...found.rows].slice(0, MOST_ROWS).map(row));
  return make("div", { className: "value scroll", tabIndex: 0 }, table);
}

function row(from) {
  return make("tr", {}, ...[...from.cells].map(cell));
}

function cell(from) {
  const kind = from.tagName === "TH" ? "th" : "td";
  return make(kind, { colSpan: from.colSpan, rowSpan: from.rowSpan }, from.textContent.trim());
}
