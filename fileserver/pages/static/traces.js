// The suspect's form: one file, chosen or dropped, sent as the body of one request; then to the page that follows it.

import { csrf, refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const form = document.querySelector("[data-trace]");
const input = form.elements.suspect;
const zone = form.querySelector("[data-drop]");
const start = form.querySelector("[data-start]");
const chosen = form.querySelector("[data-chosen]");
const sending = form.querySelector("[data-sending-box]");
const bar = sending.querySelector("progress");
const UNITS = ["B", "KiB", "MiB", "GiB"];

function size(bytes) {
  let unit = 0;
  while (bytes >= 1024 && unit < UNITS.length - 1) {
    bytes /= 1024;
    unit += 1;
  }
  return `${unit ? bytes.toFixed(1) : bytes} ${UNITS[unit]}`;
}

function show() {
  const file = input.files[0];
  clearProblem(form);
  chosen.hidden = !file;
  chosen.textContent = file ? `${file.name} · ${size(file.size)}` : "";
  start.disabled = !file;
}

function address(file) {
  const query = new URLSearchParams({ filename: file.name });
  for (const field of form.elements) {
    const text = field.name && field.type !== "file" ? field.value.trim() : "";
    if (!text) continue;
    query.set(field.name, field.type === "datetime-local" ? new Date(text + field.dataset.offset).toISOString() : text);
  }
  return `${form.dataset.url}?${query}`;
}

// fetch() tells nothing of how much of a body has left.
function send(file) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address(file));
    request.setRequestHeader("X-CSRF-Token", csrf());
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (bar.value = event.loaded / event.total));
    request.addEventListener("error", () => reject(new Error("offline")));
    request.addEventListener("load", () => {
      if (request.status < 400) resolve(JSON.parse(request.responseText));
      else reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    });
    request.send(file);
  });
}

async function submit(event) {
  event.preventDefault();
  const file = input.files[0];
  if (!file) return;
  clearProblem(form);
  start.disabled = true;
  sending.hidden = false;
  try {
    const trace = await send(file);
    window.location.assign(form.dataset.page + trace.id);
  } catch (error) {
    showProblem(form, error.problem ?? { detail: form.dataset.offline });
    start.disabled = false;
  } finally {
    sending.hidden = true;
  }
}

function drop(event) {
  event.preventDefault();
  zone.classList.remove("over");
  const [file] = event.dataTransfer.files;
  if (!file) return;
  const one = new DataTransfer();
  one.items.add(file);
  input.files = one.files;
  show();
  start.focus();
}

input.addEventListener("change", show);
form.addEventListener("submit", submit);
zone.addEventListener("dragover", (event) => {
  event.preventDefault();
  zone.classList.add("over");
});
zone.addEventListener("dragleave", () => zone.classList.remove("over"));
zone.addEventListener("drop", drop);
show(); // a browser that comes back may have kept the file
