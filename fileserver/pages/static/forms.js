// Sends a form as JSON to the API and shows its answer in the page. One way in for every command.
//
//   <form data-api="/api/v1/shares" data-method="POST" data-next="/shares/{id}">
//
// Names with dots make nested objects, numbers between dots a list, checkboxes named `scopes[]` a list (with `data-any` none where nothing is ticked). Empty fields are left out, null with `data-null`, "" with `data-empty`.
// Number, checkbox and datetime-local inputs keep their type (`data-type="number"` for a select, `data-type="json"` for lists, `data-offset="+08:00"` for the
// zone of a time). `data-next` is where to go afterwards ({name} is filled from the answer); without it the page is read again.
//
// With `data-fills` the answer's `url` goes into that field instead, to be copied.
//
// A long list goes in pieces with `data-batch`: see batches.js.
//
// Importing this adds a listener; other modules import api.js and problem_box.js, which do nothing by themselves. (The page's own
// address of this file has a hash, an import's has none: the browser would run it twice, and send every form twice.)

import { callApi } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "password") return input.value || undefined;
  const text = input.value.trim();
  if (text === "") return "null" in input.dataset ? null : "empty" in input.dataset ? "" : undefined;
  if (input.dataset.type === "json") return JSON.parse(text);
  if (input.type === "number" || input.dataset.type === "number") return Number(text);
  if (input.type === "datetime-local") return new Date(text + (input.dataset.offset ?? "")).toISOString();
  return text;
}

function bodyOf(form) {
  const body = {};
  for (const input of form.elements) {
    if (!input.name || input.matches(":disabled") || ["submit", "file"].includes(input.type)) continue;
    if (input.type === "radio" && !input.checked) continue;
    if (input.name.endsWith("[]")) {
      if (!input.checked && "any" in input.dataset) continue;
      const list = (body[input.name.slice(0, -2)] ??= []);
      if (input.checked) list.push(input.value);
      continue;
    }
    const value = valueOf(input);
    if (value === undefined) continue;
    const path = input.name.split(".");
    const last = path.pop();
    path.reduce((at, name) => (at[name] ??= {}), body)[last] = value;
  }
  return listed(body);
}

// Members that are all called by numbers are a list; what was left empty in between closes up.
function listed(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const members = Object.entries(value).map(([name, member]) => [name, listed(member)]);
  if (members.length && members.every(([name]) => /^\d+$/.test(name))) return members.map(([, member]) => member);
  return Object.fromEntries(members);
}

const fill = (template, answer) => template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer[name] ?? ""));

async function submit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.api) return;
  event.preventDefault();
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return;
  clearProblem(form);
  const button = event.submitter ?? form.querySelector('[type="submit"]');
  const body = bodyOf(form);
  if (button?.name) body[button.name] = button.value;
  button?.setAttribute("aria-busy", "true");
  form.querySelectorAll("button").forEach((each) => (each.disabled = true));
  try {
    const call = (said) => callApi(form.dataset.method ?? "POST", form.dataset.api, form.dataset.body === "none" ? undefined : said);
    if (form.dataset.batch) {
      const { sendInBatches } = await import("./batches.js"); // which few pages need
      if (await sendInBatches(form, body, call)) return; // the rows that were refused say why
    }
    const answer = form.dataset.batch ? {} : await call(body);
    const done = new CustomEvent("sealshare:done", { detail: answer, bubbles: true, cancelable: true });
    if (form.dispatchEvent(done)) {
      if (form.dataset.fills) document.querySelector(form.dataset.fills).value = answer.url;
      else if (form.dataset.next) window.location.assign(fill(form.dataset.next, answer));
      else window.location.reload();
    }
  } catch (error) {
    showProblem(form, error.problem ?? { detail: form.dataset.offline ?? error.message });
  } finally {
    button?.removeAttribute("aria-busy");
    form.querySelectorAll("button").forEach((each) => (each.disabled = false));
  }
}

document.addEventListener("submit", submit);

// Until here a press would send the form past us: the style sheets keep its buttons still.
document.documentElement.dataset.ready = "";
