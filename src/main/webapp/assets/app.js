// Joins the page's parts: reads the forms, asks the server, shows the answers.
import { execute, health, host, Refused, Stopped } from "./api.js";
import { makeEditor } from "./editor.js";
import { examples } from "./examples.js";
import { seconds } from "./format.js";
import { element, hide, showText } from "./page.js";
import { hostedFile, refreshExpiries } from "./files.js";
import { showAnswer, showOutput } from "./answer.js";
import { after, afterFailure, place } from "./session.js";

const program = element("program");
const runButton = element("run");
const stopButton = element("stop");
const status = element("status");
const notice = element("notice");

makeEditor(program, () => element("run-form").requestSubmit());
offerExamples();
askHealth();
setInterval(refreshExpiries, 10_000);

element("run-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!runButton.disabled) run();
});

element("upload-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (!element("upload").disabled) upload();
});

// Only on request: /health counts against the caller's rate limit.
element("health-again").addEventListener("click", askHealth);

async function run() {
  hide(notice);
  const stopping = new AbortController();
  stopButton.onclick = () => stopping.abort();
  exchange(runButton, stopButton);
  element("answer").classList.add("old");
  const stopClock = startClock();
  const request = { code: program.value, timeout: element("timeout").valueAsNumber, result: true };
  try {
    Object.assign(request, await place());
    const answer = await execute(request, showOutput(), stopping.signal);
    stopClock();
    showAnswer(answer);
    after(answer);
  } catch (failure) {
    stopClock();
    status.className = "status bad";
    showText(status, failure instanceof Stopped ? "Stopped" : "Not run");
    if (!(failure instanceof Stopped)) report(notice, failure);
    afterFailure(failure);
  } finally {
    exchange(stopButton, runButton);
    showQuota();
  }
}

// One button takes the place of another, and the focus with it.
function exchange(old, fresh) {
  const focused = document.activeElement === old;
  old.hidden = old.disabled = true;
  fresh.hidden = fresh.disabled = false;
  if (focused) fresh.focus();
}

async function upload() {
  const button = element("upload");
  const line = element("upload-status");
  const file = element("file").files[0];
  hide(element("upload-notice"));
  button.disabled = true;
  showText(line, `Uploading ${file.name} …`);
  try {
    const hosted = await host(file);
    element("hosted").prepend(hostedFile(hosted));
    showText(line, `${hosted.filename} is there.`);
    element("upload-form").reset();
  } catch (failure) {
    showText(line, "Nothing was uploaded.");
    report(element("upload-notice"), failure);
  } finally {
    button.disabled = false;
    showQuota();
  }
}

async function askHealth() {
  const line = element("health");
  const dot = element("health-dot");
  try {
    const answer = await health();
    const well = answer.status === "healthy";
    dot.className = well ? "dot good" : "dot bad";
    showText(line, well ? wellness(answer) : illness(answer));
    if (well) offerNetwork(answer.sandbox?.network !== false);
  } catch (failure) {
    dot.className = "dot bad";
    showText(line, sentence(failure));
  } finally {
    showQuota();
  }
}

// A server without network for programs would only refuse: better to say so before.
function offerNetwork(available) {
  const box = element("network");
  box.disabled = !available;
  if (!available) box.checked = false;
  showText(element("network-text"), available ? "Allow network" : "No network on this server");
}

function wellness(answer) {
  const parts = ["Healthy", answer.pythonVersion];
  const executions = answer.executions;
  if (executions && Number.isFinite(executions.running)) {
    parts.push(`${executions.running} running, ${executions.queued} waiting`);
  }
  return parts.filter(Boolean).join(" · ");
}

function illness(answer) {
  return ["Unhealthy", answer.error, answer.details].filter(Boolean).join(": ");
}

function report(place, failure) {
  showText(place, sentence(failure));
  place.hidden = false;
}

function sentence(failure) {
  if (failure instanceof Refused) return failure.message;
  console.error(failure);
  return "Something on this page went wrong. The browser's console says more.";
}

function showQuota() {
  const { limit, remaining } = Refused.quota;
  showText(element("quota"), limit ? `· ${remaining} of ${limit} requests left for now` : "");
}

// Shows the seconds that pass while a program runs; the returned function ends that.
function startClock() {
  const begin = performance.now();
  const tick = () => {
    // Announced once by screen readers; the ticking part is for the eye.
    clock.textContent = ` ${seconds((performance.now() - begin) / 1000)}`;
  };
  const clock = document.createElement("span");
  clock.ariaHidden = "true";
  status.className = "status busy";
  status.replaceChildren("Running …", clock);
  const timer = setInterval(tick, 250);
  return () => clearInterval(timer);
}

function offerExamples() {
  const choice = element("example");
  for (const name of Object.keys(examples)) {
    choice.append(new Option(name, name));
  }
  choice.addEventListener("change", () => {
    if (!(choice.value in examples)) return;
    program.value = examples[choice.value];
    program.setSelectionRange(0, 0);
    choice.value = "";
    program.focus();
  });
}
