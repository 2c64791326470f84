// Shows the answer to a run.
import { bytes, duration } from "./format.js";
import { generatedFiles } from "./files.js";
import { results } from "./results.js";
import { element, hide, make, showPart, showText } from "./page.js";

const STATUS = {
  completed: "Completed",
  error: "The program failed",
  timeout: "Out of time",
  memory: "Out of memory",
  processes: "Too many processes",
  disk: "Out of disk space",
  output: "Too much output",
  cpu: "Out of CPU time",
  killed: "Killed",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};

/** A function that shows what a program prints while it runs; with the first of it the last run goes. */
export function showOutput() {
  let begun = false;
  return (stream, text) => {
    if (!begun) clear();
    begun = true;
    const name = stream === "stdout" ? "output" : "stderr";
    element(`${name}-part`).hidden = false;
    element(name).append(text);
  };
}

function clear() {
  hide(element("empty"));
  element("answer").hidden = false;
  element("answer").classList.remove("old");
  for (const name of ["output", "details", "stderr"]) showPart(name, "");
  hide(element("values-part"));
  hide(element("files-part"));
  hide(element("remarks"));
  element("facts").replaceChildren();
}

/** Replaces what the page shows of the last run. */
export function showAnswer(answer) {
  const { run } = answer;
  hide(element("empty"));
  element("answer").hidden = false;
  element("answer").classList.remove("old");

  const status = element("status");
  showText(status, STATUS[run.reason] ?? run.reason);
  status.className = `status ${answer.success ? "good" : "bad"}`;

  const details = answer.success ? "" : answer.details || answer.error || "";
  const values = results(run);
  element("values").replaceChildren(...values);
  element("values-part").hidden = values.length === 0;
  // A value speaks for itself: no "no output" beside it.
  showPart("output", values.length > 0 && isSilent(answer) ? "" : (answer.output ?? ""));
  showPart("details", details);
  showPart("stderr", besides(run.stderr ?? "", details));

  const files = answer.generatedFiles ?? [];
  element("files").replaceChildren(...generatedFiles(files));
  element("files-part").hidden = files.length === 0;

  const remarks = remarksOn(run);
  showText(element("remarks"), remarks);
  element("remarks").hidden = remarks === "";
  element("facts").replaceChildren(...factsOf(run));
}

// Standard error without the traceback that is already shown as the error.
function besides(stderr, details) {
  const traceback = details.trim();
  const text = stderr.trimEnd();
  if (traceback === "" || text === "") return text;
  if (traceback.endsWith(text)) return "";
  return text.endsWith(traceback) ? text.slice(0, -traceback.length).trimEnd() : text;
}

function isSilent(answer) {
  return answer.success && answer.output === "Code executed successfully (no output)";
}

function remarksOn(run) {
  const remarks = [...(run.notes ?? [])];
  const skipped = run.skippedFiles ?? [];
  if (skipped.length > 0) {
    const names = skipped.slice(0, 5).map((file) => `${file.filename} (${file.reason})`);
    const rest = (run.skippedFileCount ?? skipped.length) - names.length;
    remarks.push(`Left out: ${names.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}.`);
  }
  const blocked = run.blockedHosts ?? [];
  if (blocked.length > 0) remarks.push(`Blocked addresses: ${blocked.join(", ")}.`);
  return remarks.join(" ");
}

function factsOf(run) {
  const facts = [
    ["Reason", run.reason],
    run.signal ? ["Signal", run.signal] : ["Exit code", run.exitCode],
    ["Time", run.durationMs == null ? null : duration(run.durationMs)],
    ["CPU", run.cpuMs == null ? null : duration(run.cpuMs)],
    ["Memory", run.peakMemoryBytes == null ? null : bytes(run.peakMemoryBytes)],
    ["Python", run.python],
    ["Sandbox", run.sandbox],
  ];
  return facts
    .filter(([, value]) => value != null)
    .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, String(value))));
}
