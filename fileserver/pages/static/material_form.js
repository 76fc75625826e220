// Makes materials (or a version) of the files that the uploader brings up, once the form is sent and its uploads are there.
//
//   <form data-makes="/api/v1/materials" data-one="/materials/{id}" data-many="/materials?mine=true" data-adopt="upload ids">
//
// One file takes the form's title, several take their names. Sending may come before the uploads end: then it waits for them.

import { callApi } from "./api.js";
import { startEarlier } from "./earlier_uploads.js";
import { showProblem } from "./problem_box.js";
import { startUploader } from "./uploader.js";

const form = document.querySelector("form[data-makes]");
const progress = form.querySelector("[data-progress]");
const button = form.querySelector('[type="submit"]');
const { queue, texts } = startUploader(form);
const waiting = new Set(); // uploads that are there and have no material yet
const made = [];
let sent = false;
let working = false;

const stem = (name) => name.replace(/\.[^.]+$/, "").slice(0, 200) || name;
const field = (name) => form.elements.namedItem(name)?.value.trim() ?? "";

function bodyFor(upload, alone) {
  const body = { upload_id: upload.uploadId };
  if (!form.elements.namedItem("title")) return body;
  body.title = (alone && field("title")) || stem(upload.name);
  body.class = field("class");
  body.description = field("description");
  if (form.elements.namedItem("sensitivity")?.checked) body.sensitivity = "top";
  return body;
}

async function work() {
  if (!sent || working) return;
  working = true;
  button.disabled = true;
  const alone = waiting.size + made.length + queue.unfinished === 1;
  try {
    for (const upload of waiting) {
      progress.textContent = form.dataset.verifying;
      made.push(await callApi("POST", form.dataset.makes, bodyFor(upload, alone)));
      waiting.delete(upload);
    }
    progress.textContent = queue.unfinished ? form.dataset.waiting : "";
    if (!queue.unfinished && made.length) leave();
  } catch (error) {
    stop();
    showProblem(form, error.problem ?? { detail: form.dataset.offline });
  } finally {
    working = false;
  }
  if (sent && waiting.size) work();
}

function stop() {
  [sent, button.disabled, progress.textContent] = [false, false, ""];
}

function leave() {
  const next = made.length > 1 && form.dataset.many ? form.dataset.many : form.dataset.one;
  window.location.assign(next.replace("{id}", made[0].id));
}

queue.addEventListener("state", ({ detail: { upload } }) => {
  if (upload.state === "done") waiting.add(upload);
  if (upload.state === "cancelled") waiting.delete(upload);
  if (!upload.isOver) return;
  const title = form.elements.namedItem("title");
  if (title && !title.value && upload.state === "done" && waiting.size + made.length === 1) title.value = stem(upload.name);
  if (!waiting.size && !queue.unfinished && !made.length) stop();
  work();
});

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!waiting.size && !queue.unfinished) return showProblem(form, { detail: form.dataset.noFile });
  sent = true;
  progress.textContent = queue.unfinished ? form.dataset.waiting : "";
  work();
});

for (const id of (form.dataset.adopt ?? "").split(",").filter(Boolean)) {
  callApi("GET", `/api/v1/uploads/${id}`).then(
    (found) => queue.adopt(found),
    (error) => showProblem(form, error.problem ?? { detail: form.dataset.offline }),
  );
}
startEarlier(form.querySelector("[data-earlier]"), queue, texts);
