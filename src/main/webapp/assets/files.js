// Files that the server keeps for a while: links, pictures, expiry.
import { address } from "./api.js";
import { bytes, left } from "./format.js";
import { make } from "./page.js";

const PICTURE = /^image\/(png|jpeg|gif|webp|avif|bmp|svg\+xml)\b/;

// Every picture is a request that counts against the rate limit, so a hundred of them must not load by themselves.
const MOST_PICTURES = 12;

/** List items for a run's files; the first pictures are shown. */
export function generatedFiles(files) {
  let pictures = 0;
  return files.map((file) => {
    const item = fileItem(file);
    if (PICTURE.test(file.mimeType ?? "") && pictures < MOST_PICTURES) {
      pictures += 1;
      item.append(picture(file));
    }
    return item;
  });
}

/** A list item for an uploaded file, with a button that copies its link. */
export function hostedFile(file) {
  const item = fileItem(file);
  // The clipboard is there on secure origins only.
  if (navigator.clipboard) item.firstChild.append(copyButton(address(file.downloadUrl)));
  return item;
}

/** Brings every shown expiry up to date. */
export function refreshExpiries() {
  for (const time of document.querySelectorAll("time[data-expires]")) showExpiry(time);
}

function fileItem(file) {
  const expiry = make("time", { dateTime: file.expires });
  expiry.dataset.expires = "";
  showExpiry(expiry);
  return make(
    "li",
    {},
    make(
      "p",
      {},
      make("a", { href: address(file.downloadUrl), download: file.filename, textContent: file.filename }),
      make("span", { className: "muted" }, bytes(file.size), " · ", expiry),
    ),
  );
}

function showExpiry(time) {
  const text = left(time.dateTime);
  time.textContent = text;
  time.title = `until ${new Date(time.dateTime).toLocaleTimeString()}`;
  time.closest("li")?.classList.toggle("expired", text === "expired");
}

function picture(file) {
  const link = make("a", { href: address(file.downloadUrl), download: file.filename, className: "picture" });
  const image = make("img", { src: address(file.downloadUrl), alt: `Picture ${file.filename}` });
  image.addEventListener("error", () => link.remove());
  link.append(image);
  return link;
}

function copyButton(link) {
  const button = make("button", { type: "button", className: "quiet", textContent: "Copy link" });
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not copied"; // the browser's user said no
    }
  });
  return button;
}
