// Brings a CSV file into the register: all of it or nothing, and each fault in a list by its line.

import { csrf, refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const form = document.querySelector("[data-bring]");
const faults = form.querySelector("[data-faults]");
const brought = form.querySelector("[data-brought]");
let done = false;

async function send(file) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf(), "Content-Type": "text/csv" };
  const response = await fetch(form.dataset.url, { method: "POST", headers, body: file });
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text, null);
  return JSON.parse(text);
}

function list(errors) {
  for (const error of errors) {
    const [, , line, column] = error.field.split("/");
    const item = document.createElement("li");
    item.textContent = `${form.dataset.line.replace("{line}", line)}${column ? ` · ${column}` : ""}: ${error.message}`;
    faults.append(item);
  }
}

async function bring(event) {
  event.preventDefault();
  clearProblem(form);
  faults.replaceChildren();
  brought.textContent = "";
  const button = form.querySelector('[type="submit"]');
  button.disabled = true;
  try {
    const answer = await send(form.elements.file.files[0]);
    brought.textContent = form.dataset.done.replace(/\{(\w+)\}/g, (_, name) => answer[name]);
    done = true;
  } catch (error) {
    const { errors = [], ...problem } = error.problem ?? { detail: form.dataset.offline };
    showProblem(form, problem);
    list(errors);
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", bring);
form.closest("dialog").addEventListener("close", () => done && window.location.reload());
