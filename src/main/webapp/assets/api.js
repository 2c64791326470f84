// The server's endpoints. Addresses are relative to the page, so that it works under any context path.

import { events } from "./events.js";

/** Thrown when the server did not do what was asked; the message is a sentence for people. */
export class Refused extends Error {
  /** What the last answer said about the rate limit. */
  static quota = { limit: null, remaining: null };
}

/** Thrown when the session is not there any more. */
export class Expired extends Refused {}

/** Thrown when the one who asked did not want to wait any longer. */
export class Stopped extends Error {}

/**
 * Runs a program. Resolves to the answer, also when the program failed. What it prints is told meanwhile, as
 * `onOutput("stdout" or "stderr", text)`. Aborting the signal ends the program.
 */
export async function execute(request, onOutput, signal) {
  const response = await ask("execute", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
    body: JSON.stringify(request),
    signal,
  });
  if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
    throw refusal(response, await json(response));
  }
  try {
    for await (const { name, data } of events(response.body)) {
      if (name === "done") return data;
      if (name === "error") throw new Refused(said(data));
      onOutput(name, data.text);
    }
  } catch (failure) {
    throw signal.aborted ? new Stopped() : broken(failure);
  }
  throw broken();
}

function broken(cause) {
  return cause instanceof Refused ? cause : new Refused("The connection broke while the program ran.", { cause });
}

/** Opens a session. Resolves to its id and expiry. */
export async function openSession(allowNetwork) {
  const response = await ask("sessions", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify({ allow_network: allowNetwork }),
  });
  const answer = await json(response);
  if (response.ok && answer) return answer;
  throw refusal(response, answer);
}

/** Ends a session, also while the page is being left; what comes of it does not matter. */
export function closeSession(id) {
  ask(`sessions/${encodeURIComponent(id)}`, { method: "DELETE", keepalive: true }).catch(() => {});
}

/** Uploads a file. Resolves to its link, name, size and expiry. */
export async function host(file) {
  const body = new FormData();
  body.append("file", file);
  const response = await ask("host", { method: "POST", headers: { Accept: "application/json" }, body });
  const answer = await json(response);
  if (response.ok && answer) return answer;
  throw refusal(response, answer);
}

/** Resolves to the server's account of itself, healthy or not. */
export async function health() {
  const response = await ask("health", { headers: { Accept: "application/json" } });
  const answer = await json(response);
  if (answer && answer.status) return answer;
  throw refusal(response, answer);
}

/** The absolute address behind a `downloadUrl`, which is relative to the server's base address. */
export function address(downloadUrl) {
  return new URL(downloadUrl.replace(/^\/+/, ""), document.baseURI).href;
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, cache: "no-store", credentials: "same-origin" });
  } catch (cause) {
    if (options.signal?.aborted) throw new Stopped();
    throw new Refused("The server cannot be reached. Check the connection, then try again.", { cause });
  }
  const limit = response.headers.get("RateLimit-Limit");
  if (limit) Refused.quota = { limit, remaining: response.headers.get("RateLimit-Remaining") };
  return response;
}

async function json(response) {
  try {
    return await response.json();
  } catch {
    return null; // not JSON, or cut off: the status has to do
  }
}

function refusal(response, answer) {
  const wait = retryAfter(response);
  switch (response.status) {
    case 410:
      return new Expired(`The session has ended: ${ended(answer?.reason ?? "nobody knows why")}`);
    case 429:
      return new Refused(
        `${ended(answer?.message ?? "Too many requests from your address")} ${wait || "Try again later."}`,
      );
    case 503:
      return new Refused([said(answer) || "The server cannot take this now.", wait].filter(Boolean).join(" "));
    case 413:
      return new Refused(said(answer) || "That is too large for this server.");
    default:
      return new Refused(said(answer) || `The server answered with status ${response.status} and no explanation.`);
  }
}

// What the answer says, as sentences: `error`, and the field that explains it.
function said(answer) {
  if (!answer || typeof answer.error !== "string") return "";
  const more = [answer.message, answer.details].find((text) => typeof text === "string" && text !== answer.error);
  return [answer.error, more].filter(Boolean).map(ended).join(" ");
}

function ended(text) {
  const trimmed = text.trim();
  return /[.!?:]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

function retryAfter(response) {
  const value = Number(response.headers.get("Retry-After") ?? NaN);
  if (!Number.isFinite(value)) return "";
  if (value <= 1) return "Try again in a second.";
  if (value < 100) return `Try again in ${Math.ceil(value)} seconds.`;
  return `Try again in ${Math.ceil(value / 60)} minutes.`;
}
