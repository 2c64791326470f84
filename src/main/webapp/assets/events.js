// Reads server-sent events from the body of an answer; HTML standard, section 9.2.6.

/** Each event with its `name` and its `data` out of JSON; comments are left out. */
export async function* events(body) {
  let name = "message";
  let data = [];
  for await (const line of lines(body)) {
    if (line === "" && data.length > 0) yield { name, data: JSON.parse(data.join("\n")) };
    if (line === "") [name, data] = ["message", []];
    if (line.startsWith("event: ")) name = line.slice("event: ".length);
    if (line.startsWith("data: ")) data.push(line.slice("data: ".length));
  }
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    const whole = (rest + part.value).split("\n");
    rest = whole.pop();
    yield* whole;
  }
}
