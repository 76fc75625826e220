// Saves what a form's request answers as a file: <form data-saves="/api/v1/…" data-name="…">. Named inputs are sent as JSON.

import { csrf, refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const KEEP_MS = 60_000;

async function fetched(form) {
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const headers = { Accept: "application/zip, application/problem+json", "Content-Type": "application/json", "X-CSRF-Token": csrf() };
  const response = await fetch(form.dataset.saves, { method: "POST", headers, body: body === "{}" ? undefined : body });
  if (!response.ok) throw refusal(response.status, await response.text(), response.headers.get("Retry-After"));
  return response.blob();
}

function save(blob, name) {
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEEP_MS);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.dataset.saves) return;
  event.preventDefault();
  clearProblem(form);
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    save(await fetched(form), form.dataset.name);
    form.reset();
  } catch (error) {
    showProblem(form, error.problem ?? { detail: form.dataset.offline ?? error.message });
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
});
