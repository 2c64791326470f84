// Keeps one session for the page, while that is wished for: the next program finds what the last one has left.
import { closeSession, Expired, openSession } from "./api.js";
import { element, showText } from "./page.js";

let id = null;

const wish = element("session");
const network = element("network");
const line = element("session-line");

wish.addEventListener("change", () => {
  if (wish.checked) show("The next run opens a session.");
  else forget();
});

element("session-anew").addEventListener("click", () => {
  forget();
  show("The next run begins with an empty session.");
});

// Nobody could use it any more, and it would keep its memory until it expires.
addEventListener("pagehide", () => {
  if (id !== null) forget();
});

/** Fields for a run: in the page's session, which is opened when there is none, or with a sandbox of its own. */
export async function place() {
  if (!wish.checked) return { allow_network: network.checked };
  if (id === null) {
    id = (await openSession(network.checked)).sessionId;
    network.disabled = true; // it is decided when a session is opened
    show("Variables, imports and files stay for the next run.");
  }
  return { session: id };
}

/** After a run: an ended session is not used again, and never replaced in silence. */
export function after(answer) {
  if (answer?.run?.session === "ended") lose("The session has ended with this program. The next run opens a new one.");
}

/** After a failure. */
export function afterFailure(failure) {
  if (failure instanceof Expired) lose("The next run opens a new session.");
}

function lose(text) {
  id = null;
  network.disabled = false;
  show(text);
}

function forget() {
  if (id !== null) closeSession(id);
  id = null;
  network.disabled = false;
  element("session-part").hidden = true;
}

function show(text) {
  showText(line, text);
  element("session-part").hidden = false;
}
