// Uploads the files of a form[data-uploader] by tus: several at once, each with progress, speed, time left, pause and cancel.
//
// The same file chosen again goes on where it stopped, also after the page, the browser or the server went away: tus-js-client keeps
// the upload's address under the file's fingerprint (name, size, time of change), and the server says how much it has. When all bytes
// are there and the server knows their SHA-256, the form gets `sealshare:uploaded` with {uploadId, filename}.

/* global tus */

import { callApi } from "./api.js";

const form = document.querySelector("form[data-uploader]");
const texts = JSON.parse(form.querySelector("[data-uploader-texts]").textContent);
const list = form.querySelector("[data-uploads]");
const announcer = form.querySelector("[data-announcer]");
const CHUNK_BYTES = 64 * 1024 * 1024;
const RETRY_DELAYS_MS = [0, 1000, 2000, 4000, 8000, 15000, 30000, 30000, 30000];
const SPEED_WINDOW_MS = 6000;
const VERIFY_POLL_MS = 700;
const UNITS = ["B", "KB", "MB", "GB", "TB"];
const UNIT = 1000;

const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function size(bytes) {
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(UNIT)), UNITS.length - 1);
  return `${Number((bytes / UNIT ** power).toPrecision(3))} ${UNITS[power]}`;
}

function duration(seconds) {
  if (seconds < 60) return fill(texts.seconds, { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return fill(texts.minutes, { n: Math.round(seconds / 60) });
  return fill(texts.hours, { n: (seconds / 3600).toFixed(1) });
}

// Speed over the last seconds, so that a resumed file does not look faster than it is.
class Speed {
  #samples = [];

  add(bytes) {
    const now = performance.now();
    this.#samples.push([now, bytes]);
    while (this.#samples.length > 2 && now - this.#samples[0][0] > SPEED_WINDOW_MS) this.#samples.shift();
  }

  get bytesPerSecond() {
    if (this.#samples.length < 2) return 0;
    const [[t0, b0], [t1, b1]] = [this.#samples[0], this.#samples.at(-1)];
    return t1 > t0 ? ((b1 - b0) * 1000) / (t1 - t0) : 0;
  }

  reset() {
    this.#samples = [];
  }
}

class Item {
  constructor(file) {
    this.file = file;
    this.speed = new Speed();
    this.draw();
    this.upload = new tus.Upload(file, {
      endpoint: form.dataset.endpoint ?? "/uploads/",
      chunkSize: CHUNK_BYTES,
      retryDelays: RETRY_DELAYS_MS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, filetype: file.type || "application/octet-stream" },
      onBeforeRequest: (request) => request.setHeader("X-CSRF-Token", csrf()),
      onShouldRetry: (error) => this.shouldRetry(error),
      onProgress: (sent, total) => this.progress(sent, total),
      onError: (error) => this.fail(error),
      onSuccess: () => this.verify(),
    });
  }

  draw() {
    this.row = document.createElement("li");
    this.row.dataset.upload = "";
    this.name = document.createElement("span");
    Object.assign(this.name, { className: "upload-name", textContent: this.file.name });
    this.bar = document.createElement("progress");
    Object.assign(this.bar, { max: Math.max(this.file.size, 1), value: 0 });
    this.bar.setAttribute("aria-label", this.file.name);
    this.note = document.createElement("span");
    this.note.className = "upload-note";
    this.toggle = this.button(texts.pause, () => (this.paused ? this.resume() : this.pause()));
    this.remove = this.button(texts.cancel, () => this.cancel());
    const actions = document.createElement("span");
    actions.className = "upload-actions";
    actions.append(this.toggle, this.remove);
    this.row.append(this.name, this.bar, this.note, actions);
    list.append(this.row);
  }

  button(text, act) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "button quiet small", textContent: text });
    button.setAttribute("aria-label", `${text}: ${this.file.name}`);
    button.addEventListener("click", act);
    return button;
  }

  label(button, text) {
    button.textContent = text;
    button.setAttribute("aria-label", `${text}: ${this.file.name}`);
  }

  async start() {
    const [previous] = await this.upload.findPreviousUploads();
    if (previous) {
      this.upload.resumeFromPreviousUpload(previous);
      this.note.textContent = texts.resuming;
    }
    this.upload.start();
  }

  progress(sent, total) {
    this.bar.value = sent;
    this.speed.add(sent);
    const rate = this.speed.bytesPerSecond;
    const parts = [`${Math.floor((100 * sent) / Math.max(total, 1))} %`, `${size(sent)} / ${size(total)}`];
    if (rate > 0) parts.push(`${size(rate)}/s`, fill(texts.left, { time: duration((total - sent) / rate) }));
    this.note.textContent = parts.join(" · ");
  }

  // No answer, or one that may change: the file waits, says so, and goes on by itself.
  shouldRetry(error) {
    const status = error.originalResponse?.getStatus() ?? 0;
    const retry = status === 0 || status === 408 || status === 409 || status === 423 || status === 429 || status >= 500;
    if (retry) {
      this.speed.reset();
      this.note.textContent = navigator.onLine ? texts.retrying : texts.offline;
    }
    return retry;
  }

  pause() {
    this.paused = true;
    this.upload.abort();
    this.speed.reset();
    this.label(this.toggle, texts.resume);
    this.note.textContent = texts.paused;
  }

  resume() {
    this.paused = false;
    this.row.classList.remove("failed");
    this.label(this.toggle, texts.pause);
    this.start();
  }

  async cancel() {
    this.paused = true;
    await this.upload.abort(true).catch(() => {}); // the server forgets it at its expiry otherwise
    this.row.remove();
    form.dispatchEvent(new CustomEvent("sealshare:cancelled", { detail: { uploadId: this.uploadId }, bubbles: true }));
  }

  fail(error) {
    this.paused = true;
    this.toggle.hidden = false;
    this.row.classList.add("failed");
    this.label(this.toggle, texts.retry);
    this.note.textContent = fill(texts.failed, { reason: reasonOf(error) });
    announce(`${this.file.name}: ${this.note.textContent}`);
  }

  async verify() {
    this.uploadId = new URL(this.upload.url).pathname.split("/").at(-1);
    this.toggle.hidden = true;
    this.bar.value = this.bar.max;
    if (!(await this.verified())) return this.fail(new Error("failed"));
    this.row.dataset.done = "";
    this.note.textContent = fill(texts.done, { size: size(this.file.size) });
    announce(`${this.file.name}: ${this.note.textContent}`);
    const detail = { uploadId: this.uploadId, filename: this.file.name };
    form.dispatchEvent(new CustomEvent("sealshare:uploaded", { detail, bubbles: true }));
  }

  // Usually at once; after a restart of the server it reads the bytes again, and says how far it is.
  async verified() {
    for (;;) {
      const found = await callApi("GET", `/api/v1/uploads/${this.uploadId}`).catch(refusal);
      if (found?.state === "complete") return true;
      if (found?.state === "failed" || found?.state === "terminated") return false;
      this.bar.value = found?.verified_bytes ?? 0;
      this.note.textContent = texts.verifying;
      await new Promise((resolve) => setTimeout(resolve, VERIFY_POLL_MS));
    }
  }
}

// No answer: asked again. A no: final.
function refusal(error) {
  return error.problem && error.problem.status < 500 ? { state: "failed" } : null;
}

function reasonOf(error) {
  try {
    const problem = JSON.parse(error.originalResponse.getBody());
    return problem.detail || problem.title;
  } catch {
    return navigator.onLine ? texts.unreachable : texts.offline;
  }
}

function announce(text) {
  announcer.textContent = text;
}

function take(files) {
  const multiple = form.querySelector("[data-file]").multiple;
  for (const file of multiple ? files : [...files].slice(0, 1)) new Item(file).start();
}

const input = form.querySelector("[data-file]");
input.addEventListener("change", () => {
  take([...input.files]);
  input.value = "";
});

const drop = form.querySelector("[data-drop]");
for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => {
    event.preventDefault(); // a file dropped beside the zone must not replace the page
    drop.classList.toggle("over", drop.contains(event.target));
  });
}
document.addEventListener("dragleave", (event) => event.relatedTarget || drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  take([...event.dataTransfer.files].filter((file) => file.size || file.type));
});

window.addEventListener("beforeunload", (event) => {
  if (form.querySelector("[data-upload]:not([data-done])")) event.preventDefault();
});
