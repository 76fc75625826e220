// Takes the log away with a bar: <form data-export> in a dialog. Without this script the form is a plain download.
// The file goes to the disk as it arrives where the browser lets a page write one; else up to MEMORY_BYTES are gathered
// in memory, and what is more is left to the browser's own download, which has a bar of its own.

import { refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const MEMORY_BYTES = 256 * 1024 * 1024;
const DRAWN_EVERY_MS = 200;

const form = document.querySelector("[data-export]");
const part = (name) => form.querySelector(`[data-export-${name}]`);
const megabytes = (bytes) => (bytes / 1e6).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });

let stopping = null;

function show(running) {
  part("progress").hidden = !running;
  part("stop").hidden = !running;
  part("start").hidden = running;
  part("close").hidden = running;
  part("forms").hidden = running;
  if (running) part("stop").focus();
  else if (form.closest("dialog").open) part("close").focus();
}

function draw(bytes, about) {
  const bar = part("progress").querySelector("progress");
  bar.value = Math.min(bytes / Math.max(about, 1), 0.99);
  part("note").textContent = form.dataset.soFar.replace("%bytes%", megabytes(bytes)).replace("%about%", megabytes(Math.max(about, bytes)));
}

async function counted(body, about, write) {
  const reader = body.getReader();
  let bytes = 0;
  let drawn = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes;
    await write(value);
    bytes += value.length;
    if (performance.now() - drawn > DRAWN_EVERY_MS) {
      draw(bytes, about);
      drawn = performance.now();
    }
  }
}

const named = (response) => /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? "sealshare-events";

// Asked before anything is sent: browsers open the dialog only in the moment of a click.
async function place(name) {
  if (!window.showSaveFilePicker) return null;
  return window.showSaveFilePicker({ suggestedName: name });
}

async function toDisk(file, response, about) {
  const writable = await file.createWritable();
  try {
    await counted(response.body, about, (piece) => writable.write(piece));
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => {}); // what was there before stays
    throw error;
  }
}

async function toMemory(response, about) {
  const pieces = [];
  await counted(response.body, about, (piece) => pieces.push(piece));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(pieces, { type: response.headers.get("Content-Type") }));
  link.download = named(response);
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

async function take(query) {
  const url = `${form.getAttribute("action")}?${query}`;
  const file = await place(`sealshare-events.${query.get("format")}`);
  show(true);
  draw(0, 0);
  const response = await fetch(url, { signal: stopping.signal, headers: { "Accept-Language": document.documentElement.lang } });
  if (!response.ok) throw refusal(response.status, await response.text());
  const about = Number(response.headers.get("X-Bytes-About")) || 0;
  if (file) await toDisk(file, response, about);
  else if (about <= MEMORY_BYTES) await toMemory(response, about);
  else {
    stopping.abort();
    window.location.assign(url);
    return form.dataset.byBrowser;
  }
  return form.dataset.whole;
}

async function start(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
  clearProblem(form);
  part("says").textContent = "";
  stopping = new AbortController();
  try {
    part("says").textContent = await take(new URLSearchParams(new FormData(form)));
  } catch (error) {
    if (error.name === "AbortError") part("says").textContent = form.dataset.stopped;
    else showProblem(form, error.problem ?? { detail: form.dataset.broken });
  } finally {
    show(false);
  }
}

form?.addEventListener("submit", start, { capture: true });
form && part("stop").addEventListener("click", () => stopping?.abort());
form?.closest("dialog").addEventListener("cancel", (event) => {
  if (!part("stop").hidden) event.preventDefault(); // Escape must not hide a running export; its button stops it
});
