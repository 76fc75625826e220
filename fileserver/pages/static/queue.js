// The files that wait, are sent, and were: a few at a time, in order, with totals. Knows no page.
//
// Events: `change` whenever something may look different, `state` {upload, before} for each step of a file, `idle` when nothing is left.

import { bring, remove, verify } from "./sending.js";
import { Upload } from "./upload.js";
import { Speed } from "./upload_figures.js";

const PLACES = 6; // a browser holds so many connections to one server
const LARGE_BYTES = 8 * 1024 * 1024; // takes two places: three of them fill a line, small ones wait for answers more than for bytes
const VERIFYING_MAX = 20;
const TICK_MS = 1000;
const STATES = ["waiting", "checking", "sending", "holding", "verifying", "paused", "failed", "done", "used", "same", "cancelled"];
const ACTIVE = ["checking", "sending", "holding"];
const PAUSED = "paused";
const CANCELLED = "cancelled";

export class Queue extends EventTarget {
  uploads = [];
  counts = Object.fromEntries(STATES.map((state) => [state, 0]));
  speed = new Speed();
  #waiting = [];
  #running = new Map(); // upload → how to stop it
  #moved = 0;
  #ticking = 0;
  #byFingerprint = new Map();

  get active() {
    return ACTIVE.reduce((sum, state) => sum + this.counts[state], 0);
  }

  get canPause() {
    return this.active + this.counts.waiting > 0;
  }

  get unfinished() {
    return this.active + this.counts.waiting + this.counts.verifying + this.counts.paused + this.counts.failed;
  }

  get bytes() {
    const counted = this.uploads.filter((upload) => !["cancelled", "same", "used"].includes(upload.state));
    const sum = (of) => counted.reduce((total, upload) => total + of(upload), 0);
    return { sent: sum((upload) => upload.sent), total: sum((upload) => upload.size) };
  }

  // Takes files in; those that are in the list already are started again if they stand still.
  add(files) {
    const known = new Map(this.uploads.filter(({ state }) => state !== CANCELLED).map((upload) => [keyOf(upload), upload]));
    for (const each of files) {
      const found = known.get(keyOf(each));
      if (!found) known.set(keyOf(each), this.#take(new Upload(this.uploads.length, each)));
      else if (["failed", PAUSED].includes(found.state)) this.resume(found, each.file);
    }
    this.#pump();
  }

  // Uploads that are finished on the server and come without a file.
  adopt(found) {
    const upload = this.#take(new Upload(this.uploads.length, { file: null, name: found.filename, size: found.length_bytes }), false);
    upload.adopt(found);
    upload.become(found.material_id ? "used" : "verifying");
    if (upload.state === "verifying") this.#verify(upload);
  }

  pause(upload) {
    this.#stop(upload, PAUSED);
  }

  resume(upload, file = upload.file) {
    upload.file = file;
    upload.become("waiting");
    this.#waiting.push(upload);
    this.#pump();
  }

  // Sends a file although it is known.
  resend(upload) {
    upload.forget();
    upload.anew = true;
    this.resume(upload);
  }

  // What is finished stays on the server and only leaves this list.
  async cancel(upload) {
    const { isOver } = upload;
    this.#stop(upload, CANCELLED);
    if (!isOver && upload.file) await remove(upload).catch(() => {}); // it expires by itself otherwise
  }

  pauseAll() {
    const standing = [...this.#running.keys()].filter(({ state }) => state !== "verifying");
    const all = [...standing, ...this.#waiting.splice(0).filter(({ state }) => state === "waiting")];
    for (const upload of all) this.#stop(upload, PAUSED);
  }

  resumeAll() {
    const standing = this.uploads.filter(({ state }) => state === PAUSED);
    for (const upload of standing) upload.become("waiting");
    this.#waiting.unshift(...standing);
    this.#pump();
  }

  retryFailed() {
    for (const upload of this.uploads.filter(({ state, file }) => state === "failed" && file)) this.resume(upload);
  }

  #take(upload, waits = true) {
    upload.addEventListener("state", ({ detail }) => {
      this.counts[detail.before]--;
      this.counts[upload.state]++;
      this.dispatchEvent(new CustomEvent("state", { detail: { upload, before: detail.before } }));
      this.#changed();
      this.#tick();
      if (!this.unfinished) this.dispatchEvent(new CustomEvent("idle"));
    });
    upload.addEventListener("progress", ({ detail }) => {
      this.speed.add((this.#moved += detail.moved));
      this.#changed();
    });
    this.uploads.push(upload);
    this.counts.waiting++;
    if (waits) this.#waiting.push(upload);
    this.#changed();
    return upload;
  }

  get #taken() {
    const sending = [...this.#running.keys()].filter(({ state }) => ACTIVE.includes(state));
    return sending.reduce((sum, { size }) => sum + (size > LARGE_BYTES ? 2 : 1), 0);
  }

  #pump() {
    while (this.#taken < PLACES && this.counts.verifying < VERIFYING_MAX && this.#waiting.length) {
      const upload = this.#waiting.shift();
      if (upload.state === "waiting") this.#run(upload);
    }
    if (!this.active) this.speed.reset();
  }

  async #run(upload) {
    await this.#during(upload, async (signal) => {
      upload.become("checking");
      await bring(upload, signal, (each) => this.#claim(each));
      if (upload.isOver) return;
      this.#pump(); // what is verified needs no place
      await verify(upload, signal);
      upload.become("done");
    });
    this.#pump();
  }

  async #verify(upload) {
    await this.#during(upload, async (signal) => {
      await verify(upload, signal);
      upload.become("done");
    });
  }

  async #during(upload, work) {
    const stopping = new AbortController();
    this.#running.set(upload, stopping);
    try {
      await work(stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) this.#settle(upload, error);
    } finally {
      if (this.#running.get(upload) === stopping) this.#running.delete(upload);
    }
  }

  #settle(upload, error) {
    if (error.fail === "signedOut") this.pauseAll(); // the others would fail one after the other
    if (error.elsewhere) upload.become(PAUSED, { reason: "elsewhere" });
    else upload.become("failed", { reason: error.fail ?? "refused", text: error.text ?? error.message ?? "" });
  }

  #stop(upload, state) {
    this.#running.get(upload)?.abort(state);
    this.#running.delete(upload);
    upload.become(state);
    this.#pump();
  }

  #claim(upload) {
    const other = this.#byFingerprint.get(upload.fingerprint);
    if (other && other !== upload && !["cancelled", "failed"].includes(other.state)) return false;
    this.#byFingerprint.set(upload.fingerprint, upload);
    return true;
  }

  // Speed and time left change while nothing moves, too.
  #tick() {
    if (this.counts.sending) this.#ticking ||= setInterval(() => this.#changed(), TICK_MS);
    else {
      clearInterval(this.#ticking);
      this.#ticking = 0;
    }
  }

  #changed() {
    this.dispatchEvent(new CustomEvent("change"));
  }
}

const keyOf = ({ file, path, name, size }) => JSON.stringify([path, file?.name ?? name, file?.size ?? size, file?.lastModified]);
