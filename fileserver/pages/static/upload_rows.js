// Shows a queue: a total, and a bounded number of its files, so that thousands of them cost no more than a few.
//
// Rows keep their order and their elements while they are shown, so that the focus stays where it is.

import { duration, fill, percent, size } from "./upload_figures.js";

const REDRAW_MS = 250;
const ALL_MAX = 40; // up to so many files every one has a row
const SHOWN_MAX = { failed: 20, paused: 20, holding: 6, sending: 6, checking: 6, verifying: 5, waiting: 5, used: 10, same: 5, done: 5 };
const PAUSABLE = ["waiting", "checking", "sending", "holding"];

export class Rows {
  #rows = new Map(); // upload → Row
  #planned = 0;

  constructor(queue, root, texts) {
    Object.assign(this, { queue, root, texts });
    this.list = root.querySelector("[data-uploads]");
    this.more = root.querySelector("[data-more]");
    queue.addEventListener("change", () => (this.#planned ||= setTimeout(() => this.#draw(), REDRAW_MS)));
  }

  #draw() {
    this.#planned = 0;
    const shown = new Set(choose(this.queue));
    for (const [upload, row] of this.#rows) if (!shown.has(upload)) this.#drop(upload, row);
    for (const upload of shown) this.#rowOf(upload).draw();
    const left = this.queue.uploads.length - this.queue.counts.cancelled - shown.size;
    this.more.hidden = left <= 0;
    this.more.textContent = fill(this.texts.more, { n: left });
  }

  #rowOf(upload) {
    if (!this.#rows.has(upload)) {
      const row = new Row(upload, this.queue, this.texts);
      const next = [...this.#rows].find(([other]) => other.number > upload.number)?.[1];
      this.list.insertBefore(row.element, next?.element ?? null);
      this.#rows.set(upload, row);
      if (next) this.#rows = new Map([...this.#rows].sort(([one], [other]) => one.number - other.number));
    }
    return this.#rows.get(upload);
  }

  #drop(upload, row) {
    const hadFocus = row.element.contains(document.activeElement);
    const neighbour = row.element.nextElementSibling ?? row.element.previousElementSibling;
    row.element.remove();
    this.#rows.delete(upload);
    if (hadFocus) (neighbour?.querySelector("button:not([hidden])") ?? this.root.querySelector("[data-file]")).focus();
  }
}

function choose({ uploads, counts }) {
  const listed = uploads.filter(({ state }) => state !== "cancelled");
  if (listed.length <= ALL_MAX) return listed;
  const left = { ...SHOWN_MAX };
  const last = Math.max(0, counts.done - SHOWN_MAX.done); // of the finished ones the newest
  let done = 0;
  return listed.filter(({ state }) => (state === "done" ? done++ >= last : left[state]-- > 0));
}

class Row {
  constructor(upload, queue, texts) {
    Object.assign(this, { upload, queue, texts });
    this.element = make("li", "");
    this.element.dataset.upload = "";
    this.name = make("span", "upload-name", upload.name);
    this.name.title = upload.path ? `${upload.path}/${upload.name}` : upload.name;
    if (upload.path) this.name.append(make("span", "upload-path", upload.path));
    this.bar = make("progress", "");
    this.bar.setAttribute("aria-label", upload.name);
    this.note = make("span", "upload-note");
    this.link = make("a", "", texts.open);
    this.toggle = this.#button(() => this.#press());
    this.remove = this.#button(() => queue.cancel(upload));
    const actions = make("span", "upload-actions");
    actions.append(this.toggle, this.remove);
    this.element.append(this.name, actions, this.bar, this.note);
  }

  draw() {
    const { upload, texts } = this;
    const { state } = upload;
    this.element.className = state;
    const whole = Math.max(upload.size, 1);
    this.bar.max = whole;
    this.bar.value = upload.isOver ? whole : state === "verifying" && upload.verified ? upload.verified : upload.sent;
    this.bar.hidden = state === "used" || state === "same";
    this.#write(this.note, this.#text());
    if (state === "used") {
      this.link.href = `/materials/${upload.materialId}`;
      this.link.textContent = upload.title || texts.open;
      this.note.append(" ", this.link);
    }
    const act = PAUSABLE.includes(state) ? texts.pause : { paused: texts.resume, failed: texts.retry, used: texts.resend }[state];
    this.toggle.hidden = !act || !upload.file;
    this.#label(this.toggle, act ?? "");
    this.#label(this.remove, upload.isOver ? texts.remove : texts.cancel);
  }

  #text() {
    const { upload, texts } = this;
    const { state, reason, text, sent, size: total } = upload;
    const at = `${percent(sent, total)} · ${size(sent)} / ${size(total)}`;
    if (state === "sending") return [at, ...this.#pace()].join(" · ");
    if (state === "holding") return sent ? `${texts[reason]} ${at}` : texts[reason];
    if (state === "paused") return `${reason ? texts[reason] : texts.paused} ${at}`;
    if (state === "failed") return fill(texts.failed, { reason: text || texts[reason] });
    if (state === "verifying" && upload.verified) return `${texts.verifying} ${percent(upload.verified, total)}`;
    return fill(texts[state], { size: size(total) });
  }

  #pace() {
    const { upload, texts } = this;
    if (upload.speed.isStill) return [texts.still];
    const rate = upload.speed.bytesPerSecond;
    return rate > 0 ? [`${size(rate)}/s`, fill(texts.left, { time: duration((upload.size - upload.sent) / rate, texts) })] : [];
  }

  #press() {
    const { upload, queue } = this;
    if (PAUSABLE.includes(upload.state)) queue.pause(upload);
    else if (upload.state === "used") queue.resend(upload);
    else queue.resume(upload);
  }

  #button(act) {
    const button = make("button", "button quiet small");
    button.type = "button";
    button.addEventListener("click", act);
    return button;
  }

  #label(button, text) {
    this.#write(button, text);
    button.setAttribute("aria-label", `${text}: ${this.upload.name}`);
  }

  #write(element, text) {
    if (element.firstChild?.data !== text || element.childNodes.length > 1) element.textContent = text;
  }
}

export function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}
