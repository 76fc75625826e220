// Attaches a file: sends it as one tus upload (creation with upload, tus 1.0.0), then says what it proves. Leaves large files, which
// would have to be gone on with, to the uploader.

import { callApi, csrf, refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const form = document.querySelector("[data-attach]");
const sending = form.querySelector("[data-sending]");
const bar = sending.querySelector("progress");

const encoded = (text) => btoa(String.fromCodePoint(...new TextEncoder().encode(text)));

// fetch() tells nothing of how much of a body has left.
function send(file) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const headers = {
      "X-CSRF-Token": csrf(),
      "Tus-Resumable": "1.0.0",
      "Upload-Length": file.size,
      "Upload-Metadata": `filename ${encoded(file.name)},filetype ${encoded(file.type || "application/octet-stream")}`,
      "Content-Type": "application/offset+octet-stream",
    };
    request.open("POST", "/uploads/");
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener("progress", (event) => event.lengthComputable && (bar.value = event.loaded / event.total));
    request.addEventListener("error", () => reject(new Error("offline")));
    request.addEventListener("load", () => {
      if (request.status < 400) resolve(request.getResponseHeader("Location").split("/").pop());
      else reject(refusal(request.status, request.responseText, request.getResponseHeader("Retry-After")));
    });
    request.send(file);
  });
}

async function attach(event) {
  event.preventDefault();
  const button = form.querySelector('[type="submit"]');
  clearProblem(form);
  button.disabled = true;
  sending.hidden = false;
  try {
    const uploadId = await send(form.elements.file.files[0]);
    const said = { upload_id: uploadId, kind: form.elements.kind.value, note: form.elements.note.value.trim() };
    await callApi("POST", form.dataset.url, said);
    window.location.reload();
  } catch (error) {
    showProblem(form, error.problem ?? { detail: form.dataset.offline });
    button.disabled = false;
    sending.hidden = true;
  }
}

form.addEventListener("submit", attach);
