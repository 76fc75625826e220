// What somebody uploaded before, as the server tells it: what is unfinished and how it goes on, what is ready, what is used where.
//
//   <section data-earlier="unfinished"> hides when there is nothing; <section data-earlier="all"> says so, and pages.

import { callApi } from "./api.js";
import { remove } from "./sending.js";
import { fill, percent, size } from "./upload_figures.js";
import { make } from "./upload_rows.js";

const PAGE = 50;
const REFRESH_MS = 2000;
const CHOSEN_MAX = 50; // as many as the form's address takes
const BADGES = { complete: "ready", used: "approved", failed: "refused" };

export function startEarlier(box, queue, texts) {
  const earlier = new Earlier(box, queue, texts);
  earlier.load();
  return earlier;
}

class Earlier {
  #items = [];
  #chosen = new Set();
  #next = null;
  #planned = 0;

  constructor(box, queue, texts) {
    Object.assign(this, { box, queue, texts });
    this.onlyUnfinished = box.dataset.earlier === "unfinished";
    this.part = (name) => box.querySelector(`[data-earlier-${name}]`);
    this.part("retry").addEventListener("click", () => this.load());
    this.part("more").addEventListener("click", () => this.load(this.#next));
    queue.addEventListener("state", ({ detail }) => this.#follow(detail));
  }

  async load(cursor = null) {
    this.part("failed").hidden = true;
    this.part("loading").hidden = this.#items.length > 0;
    try {
      const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
      const found = await callApi("GET", `/api/v1/uploads?limit=${PAGE}${query}`);
      this.#items = cursor ? [...this.#items, ...found.items] : found.items;
      this.#next = found.next;
      this.#draw();
    } catch {
      this.part("failed").hidden = false;
    } finally {
      this.part("loading").hidden = true;
    }
  }

  // A file that is taken up again leaves this list for the queue's; what the queue has finished comes into it.
  #follow({ upload, before }) {
    const isListed = ({ id, fingerprint }) => id === upload.uploadId || fingerprint === upload.fingerprint;
    if (before === "checking" && this.#items.some(isListed)) this.#draw();
    if (upload.state !== "done" && upload.state !== "cancelled") return;
    this.#planned ||= setTimeout(() => {
      this.#planned = 0;
      this.load();
    }, REFRESH_MS);
  }

  #draw() {
    const isShown = this.onlyUnfinished ? ({ state }) => state !== "cancelled" : ({ state }) => state !== "done" && state !== "cancelled";
    const queued = this.queue.uploads.filter(isShown);
    const known = new Set(queued.flatMap(({ uploadId, fingerprint }) => [uploadId, fingerprint]));
    const isQueued = ({ id, fingerprint }) => known.has(id) || known.has(fingerprint);
    const shown = this.#items.filter((item) => !isQueued(item) && (!this.onlyUnfinished || isUnfinished(item)));
    this.part("list").replaceChildren(...shown.map((item) => this.#row(item)));
    if (this.onlyUnfinished) this.box.hidden = shown.length === 0;
    else this.part("empty").hidden = shown.length + queued.length > 0;
    this.part("more").hidden = !this.#next;
    this.#offer();
  }

  #row(item) {
    const row = make("li", "");
    const about = make("div", "");
    const name = make("p", "upload-name", item.filename || item.id);
    about.append(name, this.#badge(item), " ", make("span", "hint", this.#text(item)));
    const actions = make("span", "actions");
    if (item.state === "complete" && !item.material_id && !this.onlyUnfinished) {
      about.prepend(this.#tick(item));
      const link = make("a", "button quiet small", this.texts.makeMaterial);
      link.href = `/materials/new?uploads=${item.id}`;
      link.setAttribute("aria-label", `${this.texts.makeMaterial}: ${item.filename}`);
      actions.append(link);
    }
    if (item.material_id) {
      const link = make("a", "button quiet small", this.texts.open);
      link.href = `/materials/${item.material_id}`;
      link.setAttribute("aria-label", `${this.texts.open}: ${item.filename}`);
      actions.append(link);
    } else if (item.state !== "terminated") actions.append(this.#remover(item));
    row.append(about, actions);
    return row;
  }

  #badge(item) {
    const state = item.material_id ? "used" : isUnfinished(item) ? "unfinished" : item.state;
    return make("span", `badge ${BADGES[state] ?? "pending"}`, this.texts[`state_${state}`]);
  }

  #text(item) {
    const { length_bytes: length, offset_bytes: offset } = item;
    if (item.state !== "receiving") return length === null ? "" : size(length);
    const far = length === null ? size(offset) : `${percent(offset, length)} · ${size(offset)} / ${size(length)}`;
    return this.onlyUnfinished ? far : `${far} · ${this.texts.chooseAgain}`;
  }

  #tick(item) {
    const tick = Object.assign(document.createElement("input"), { type: "checkbox", checked: this.#chosen.has(item.id) });
    tick.setAttribute("aria-label", fill(this.texts.choose, { name: item.filename }));
    tick.addEventListener("change", () => {
      if (tick.checked) this.#chosen.add(item.id);
      else this.#chosen.delete(item.id);
      this.#offer();
    });
    return tick;
  }

  #remover(item) {
    const text = isUnfinished(item) ? this.texts.cancel : this.texts.delete;
    const button = make("button", "button quiet small", text);
    button.type = "button";
    button.setAttribute("aria-label", `${text}: ${item.filename}`);
    button.addEventListener("click", () => this.#remove(item, button));
    return button;
  }

  async #remove(item, button) {
    if (!window.confirm(fill(this.texts.confirmRemove, { name: item.filename }))) return;
    button.disabled = true;
    try {
      await remove({ uploadId: item.id, way: item.way });
      this.#items = this.#items.filter((other) => other !== item);
      this.#chosen.delete(item.id);
      this.#draw();
      this.box.focus();
    } catch {
      button.disabled = false;
      this.part("failed").hidden = false;
    }
  }

  #offer() {
    const offer = this.part("offer");
    if (!offer) return;
    const ids = [...this.#chosen].slice(0, CHOSEN_MAX);
    offer.hidden = ids.length === 0;
    offer.textContent = fill(this.texts.makeMaterials, { n: ids.length });
    offer.href = `/materials/new?uploads=${ids.join(",")}`;
  }
}

const isUnfinished = ({ state }) => state === "receiving" || state === "assembling" || state === "verifying";
