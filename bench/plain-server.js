// What most servers of this kind do: one interpreter per request, no sandbox. It is here to be compared with.
//
//   node plain-server.js PORT PYTHON FOLDER
'use strict';

const { spawn } = require('node:child_process');
const { randomUUID } = require('node:crypto');
const fs = require('node:fs');
const http = require('node:http');
const path = require('node:path');

const [port, python, folder] = process.argv.slice(2);
const NO_OUTPUT = 'Code executed successfully (no output)';
const KEPT_MS = 10 * 60 * 1000;
const files = new Map(); // token → path

async function execute(request, response) {
  const { code, timeout = 30 } = JSON.parse(await body(request));
  const work = await fs.promises.mkdtemp(path.join(folder, 'run-'));
  await fs.promises.writeFile(path.join(work, 'main.py'), code);
  const { status, output, errors } = await run(work, timeout);
  const generatedFiles = await offer(work);
  if (status === 0) {
    answer(response, 200, { output: output || NO_OUTPUT, success: true, generatedFiles });
  } else {
    answer(response, 500, { error: 'Error executing Python code', details: errors, success: false, generatedFiles });
  }
  const remove = () => fs.rm(work, { recursive: true, force: true }, () => {});
  setTimeout(remove, generatedFiles.length > 0 ? KEPT_MS : 0).unref();
}

function run(work, timeout) {
  return new Promise((resolve, reject) => {
    const child = spawn(python, ['main.py'], { cwd: work, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout * 1000);
    const output = [];
    const errors = [];
    child.stdout.on('data', (part) => output.push(part));
    child.stderr.on('data', (part) => errors.push(part));
    child.on('error', reject);
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output: Buffer.concat(output).toString(), errors: Buffer.concat(errors).toString() });
    });
  });
}

async function offer(work) {
  const offered = [];
  for (const entry of await fs.promises.readdir(work, { withFileTypes: true })) {
    if (entry.isFile() && entry.name !== 'main.py') {
      const { size } = await fs.promises.stat(path.join(work, entry.name));
      offered.push({ filename: entry.name, downloadUrl: keep(path.join(work, entry.name)), size });
    }
  }
  return offered;
}

function keep(file) {
  const token = randomUUID();
  files.set(token, file);
  setTimeout(() => files.delete(token), KEPT_MS).unref();
  return `/download/${token}`;
}

// Takes exactly one part: its head ends at the first empty line, and the length of what follows it is known.
async function host(request, response) {
  const boundary = /boundary=([^;]+)/.exec(request.headers['content-type'])[1];
  const file = path.join(folder, `upload-${randomUUID()}`);
  const out = fs.createWriteStream(file);
  let left = Number(request.headers['content-length']) - boundary.length - 8;
  let head = Buffer.alloc(0);
  let inHead = true;
  for await (let part of request) {
    if (inHead) {
      head = Buffer.concat([head, part]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      inHead = false;
      left -= end + 4;
      part = head.subarray(end + 4);
    }
    part = part.subarray(0, Math.max(left, 0));
    left -= part.length;
    if (!out.write(part)) await new Promise((resolve) => out.once('drain', resolve));
  }
  await new Promise((resolve) => out.end(resolve));
  setTimeout(() => fs.rm(file, { force: true }, () => {}), KEPT_MS).unref();
  answer(response, 200, { downloadUrl: keep(file), size: out.bytesWritten });
}

async function download(token, response) {
  const file = files.get(token);
  if (!file) return answer(response, 404, { error: 'Invalid or expired download token' });
  const { size } = await fs.promises.stat(file);
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': size });
  fs.createReadStream(file, { highWaterMark: 1 << 18 }).pipe(response);
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

function answer(response, status, value) {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) });
  response.end(text);
}

async function route(request, response) {
  const { method, url } = request;
  if (method === 'POST' && url === '/execute') await execute(request, response);
  else if (method === 'POST' && url === '/host') await host(request, response);
  else if (method === 'GET' && url.startsWith('/download/')) await download(url.slice(10), response);
  else if (url === '/health/ready') answer(response, 200, { status: 'ready' });
  else answer(response, 404, { error: 'Not found' });
}

const server = http.createServer((request, response) => {
  route(request, response).catch((error) => answer(response, 500, { error: error.message }));
});
server.keepAliveTimeout = 60_000;
server.listen(Number(port), '127.0.0.1', 1024);
