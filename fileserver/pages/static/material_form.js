// Makes materials (or a version) of the files that uploader.js brings up, once the form is sent and its uploads are there.
//
//   <form data-uploader data-makes="/api/v1/materials" data-one="/materials/{id}" data-many="/materials?mine=true">
//
// One file takes the form's title, several take their names. Sending may come before the uploads end: then it waits for them.

import { callApi } from "./api.js";
import { showProblem } from "./problem_box.js";

const form = document.querySelector("form[data-makes]");
const progress = form.querySelector("[data-progress]");
const button = form.querySelector('[type="submit"]');
const waiting = new Map(); // upload id → file name
const made = [];
let sent = false;
let working = false;

const stem = (name) => name.replace(/\.[^.]+$/, "").slice(0, 200) || name;
const field = (name) => form.elements.namedItem(name)?.value.trim() ?? "";
const underWay = () => form.querySelectorAll("[data-upload]:not([data-done])").length;

function bodyFor(uploadId, filename, alone) {
  const body = { upload_id: uploadId };
  if (!form.elements.namedItem("title")) return body;
  body.title = (alone && field("title")) || stem(filename);
  body.class = field("class");
  body.description = field("description");
  return body;
}

async function work() {
  if (!sent || working) return;
  working = true;
  button.disabled = true;
  const alone = waiting.size + made.length + underWay() === 1;
  try {
    for (const [uploadId, filename] of waiting) {
      progress.textContent = form.dataset.verifying;
      made.push(await callApi("POST", form.dataset.makes, bodyFor(uploadId, filename, alone)));
      waiting.delete(uploadId);
    }
    progress.textContent = underWay() ? form.dataset.waiting : "";
    if (!underWay() && !waiting.size && made.length) leave();
  } catch (error) {
    sent = false;
    button.disabled = false;
    progress.textContent = "";
    showProblem(form, error.problem ?? { detail: form.dataset.offline });
  } finally {
    working = false;
  }
  if (sent && waiting.size) work();
}

function leave() {
  const next = made.length > 1 && form.dataset.many ? form.dataset.many : form.dataset.one;
  window.location.assign(next.replace("{id}", made[0].id));
}

form.addEventListener("sealshare:uploaded", ({ detail }) => {
  waiting.set(detail.uploadId, detail.filename);
  const title = form.elements.namedItem("title");
  if (title && !title.value && waiting.size + made.length === 1) title.value = stem(detail.filename);
  work();
});

form.addEventListener("sealshare:cancelled", ({ detail }) => {
  waiting.delete(detail.uploadId);
  if (!waiting.size && !underWay() && !made.length) [sent, button.disabled, progress.textContent] = [false, false, ""];
  work();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!waiting.size && !underWay()) return showProblem(form, { detail: form.dataset.noFile });
  sent = true;
  progress.textContent = underWay() ? form.dataset.waiting : "";
  work();
});
