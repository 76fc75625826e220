// The line above the files: how many are done, how fast it goes, how long it takes; pause all, go on, try failed ones again.
//
// What a screen reader is told: that files came, that something waits or failed, that all is done; not each step.

import { duration, fill, percent, size } from "./upload_figures.js";

const REDRAW_MS = 500;
const SAY_MS = 2000;

export class Total {
  #planned = 0;
  #saying = 0;

  constructor(queue, root, texts) {
    Object.assign(this, { queue, texts });
    this.box = root.querySelector("[data-total]");
    this.announcer = root.querySelector("[data-announcer]");
    this.bar = this.box.querySelector("progress");
    this.part = (name) => this.box.querySelector(`[data-total-${name}]`);
    this.part("pause").addEventListener("click", () => (queue.canPause ? queue.pauseAll() : queue.resumeAll()));
    this.part("retry").addEventListener("click", () => queue.retryFailed());
    queue.addEventListener("change", () => (this.#planned ||= setTimeout(() => this.#draw(), REDRAW_MS)));
    queue.addEventListener("state", ({ detail }) => this.#told(detail.upload));
    queue.addEventListener("idle", () => this.#say(fill(texts.allDone, { n: queue.counts.done })));
  }

  #draw() {
    this.#planned = 0;
    const { queue, texts } = this;
    const { counts } = queue;
    const files = queue.uploads.length - counts.cancelled;
    const { sent, total } = queue.bytes;
    this.box.hidden = files === 0;
    this.bar.max = Math.max(total, 1);
    this.bar.value = total ? sent : 1;
    const done = counts.done + counts.used + counts.same;
    const parts = [fill(texts.files, { done, files }), `${size(sent)} / ${size(total)} (${percent(sent, total)})`];
    this.part("text").textContent = [...parts, ...this.#pace(total - sent), ...this.#troubles()].join(" · ");
    this.part("pause").hidden = !queue.canPause && !counts.paused;
    this.part("pause").textContent = queue.canPause ? texts.pauseAll : texts.resumeAll;
    this.part("retry").hidden = !counts.failed;
    this.part("notice").hidden = !counts.holding;
    this.part("notice").textContent = counts.holding ? texts[this.#holding().reason] : "";
  }

  #pace(left) {
    const { counts, speed } = this.queue;
    if (!counts.sending) return [];
    if (speed.isStill) return [this.texts.still];
    const rate = speed.bytesPerSecond;
    return rate > 0 && left > 0 ? [`${size(rate)}/s`, fill(this.texts.left, { time: duration(left / rate, this.texts) })] : [];
  }

  #troubles() {
    const { failed } = this.queue.counts;
    return failed ? [fill(this.texts.failedFiles, { n: failed })] : [];
  }

  #holding() {
    return this.queue.uploads.find(({ state }) => state === "holding") ?? {};
  }

  #told({ state, reason, name }) {
    if (state === "failed") this.#say(`${name}: ${this.texts.notUploaded}`);
    if (state === "holding") this.#say(this.texts[reason]);
  }

  // The newest of what happens at about the same time.
  #say(text) {
    clearTimeout(this.#saying);
    this.#saying = setTimeout(() => (this.announcer.textContent = text), SAY_MS);
  }
}
