// Personal shares for a list of people: the list is looked at first, then all shares are made, or none.

import { callApi, csrf, refusal } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const form = document.querySelector("[data-bulk]");
const [faults, told, make, links, list] = ["faults", "told", "make", "links", "list"].map((name) => form.querySelector(`[data-${name}]`));
let people = [];

async function lookAt() {
  const body = form.elements.file.files[0] ?? form.elements.pasted.value;
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf(), "Content-Type": "text/csv" };
  const response = await fetch(`/api/v1/shares/list?material_id=${form.dataset.material}`, { method: "POST", headers, body });
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text, null);
  return JSON.parse(text).items;
}

function show(items) {
  const rows = items.map((item) => {
    const row = document.createElement("tr");
    for (const text of [item.person, item.clinic, item.note]) row.append(Object.assign(document.createElement("td"), { textContent: text }));
    return row;
  });
  list.tBodies[0].replaceChildren(...rows);
  list.hidden = make.hidden = !items.length;
  people = items.map(({ person_id, note }) => ({ person_id, note }));
}

async function makeAll() {
  told.textContent = form.dataset.making;
  const { expires_at, visits_max, download } = form.elements;
  const answer = await callApi("POST", "/api/v1/shares/bulk", {
    material_id: form.dataset.material,
    people,
    expires_at: new Date(`${expires_at.value}+08:00`).toISOString(),
    ...(visits_max.value && { visits_max: Number(visits_max.value) }),
    download: download.checked,
  });
  links.href = URL.createObjectURL(new Blob([answer.csv], { type: "text/csv" }));
  links.hidden = false;
  make.hidden = true;
  return form.dataset.done.replace("{count}", answer.items.length);
}

function tell(error) {
  const { errors = [], ...problem } = error.problem ?? { detail: form.dataset.offline };
  const [byLine, others] = [true, false].map((wanted) => errors.filter((each) => each.field?.startsWith("/lines/") === wanted));
  showProblem(form, { ...problem, errors: others });
  for (const each of byLine) {
    const [, , line, column] = each.field.split("/");
    const item = document.createElement("li");
    item.textContent = `${form.dataset.line.replace("{line}", line)}${column ? ` · ${column}` : ""}: ${each.message}`;
    faults.append(item);
  }
  if (byLine.length >= Number(form.dataset.faultsMax)) {
    faults.append(Object.assign(document.createElement("li"), { textContent: form.dataset.faultsMore }));
  }
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearProblem(form);
  faults.replaceChildren();
  told.textContent = "";
  const button = event.submitter;
  button.setAttribute("aria-busy", "true");
  form.querySelectorAll("button").forEach((each) => (each.disabled = true));
  try {
    if (button.value === "make") told.textContent = await makeAll();
    else {
      show(await lookAt());
      told.textContent = form.dataset.found.replace("{count}", people.length);
    }
  } catch (error) {
    if (button.value !== "make") show([]);
    told.textContent = "";
    tell(error);
  } finally {
    button.removeAttribute("aria-busy");
    form.querySelectorAll("button").forEach((each) => (each.disabled = false));
  }
});
for (const name of ["file", "pasted"]) form.elements[name].addEventListener("input", () => show([]));
