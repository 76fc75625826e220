// Sends a form as JSON to the API and shows its answer in the page. One way in for every command.
//
//   <form data-api="/api/v1/shares" data-method="POST" data-next="/shares/{id}">
//
// Names with dots make nested objects, checkboxes named `scopes[]` a list. Empty fields are left out, or null with `data-null`.
// Number, checkbox and datetime-local inputs keep their type (`data-type="number"` for a select, `data-offset="+08:00"` for the
// zone of a time). `data-next` is where to go afterwards ({name} is filled from the answer); without it the page is read again.
// A problem (RFC 9457) is shown in the form's [data-problem], each of its errors beside the field that it names.

const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

function valueOf(input) {
  if (input.type === "checkbox") return input.checked;
  if (input.type === "password") return input.value || undefined;
  const text = input.value.trim();
  if (text === "") return "null" in input.dataset ? null : undefined;
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
  return body;
}

function clear(form) {
  form.querySelectorAll("[data-field-error]").forEach((note) => {
    for (const input of form.querySelectorAll("[aria-invalid]")) {
      input.removeAttribute("aria-invalid");
      const left = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== note.id);
      if (left.length) input.setAttribute("aria-describedby", left.join(" "));
      else input.removeAttribute("aria-describedby");
    }
    note.remove();
  });
  const box = form.querySelector("[data-problem]");
  if (box) box.hidden = true;
}

function inputFor(form, pointer) {
  if (!pointer) return null;
  const name = pointer.replace(/^\//, "").replaceAll("/", ".");
  const found = form.elements.namedItem(name) ?? form.elements.namedItem(`${name}[]`);
  return found instanceof RadioNodeList ? found[0] : found;
}

function markField(form, error) {
  const input = inputFor(form, error.field);
  if (!(input instanceof HTMLElement) || input.type === "hidden") return false;
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.fieldError = "";
  note.id = `error-${input.name}`;
  note.textContent = error.message;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [note.id, input.getAttribute("aria-describedby")].filter(Boolean).join(" "));
  (input.closest("[data-field]") ?? input).after(note);
  return true;
}

export function showProblem(form, problem) {
  const errors = problem.errors ?? (problem.field ? [{ field: problem.field, message: problem.detail }] : []);
  const unplaced = errors.filter((error) => !markField(form, error));
  const box = form.querySelector("[data-problem]");
  if (box) {
    box.textContent = [problem.detail || problem.title, ...unplaced.map((error) => error.message)].filter(Boolean).join(" ");
    box.hidden = false;
  }
  (form.querySelector("[aria-invalid]") ?? box)?.focus?.();
}

export async function callApi(method, url, body) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  const answer = text ? JSON.parse(text) : {};
  if (!response.ok) throw Object.assign(new Error(answer.title ?? response.statusText), { problem: answer });
  return answer;
}

const fill = (template, answer) => template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(answer[name] ?? ""));

async function submit(event) {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.dataset.api) return;
  event.preventDefault();
  if (form.dataset.confirm && !window.confirm(form.dataset.confirm)) return;
  clear(form);
  const button = event.submitter ?? form.querySelector('[type="submit"]');
  const body = bodyOf(form);
  if (button?.name) body[button.name] = button.value;
  button?.setAttribute("aria-busy", "true");
  form.querySelectorAll("button").forEach((each) => (each.disabled = true));
  try {
    const answer = await callApi(form.dataset.method ?? "POST", form.dataset.api, form.dataset.body === "none" ? undefined : body);
    const done = new CustomEvent("sealshare:done", { detail: answer, bubbles: true, cancelable: true });
    if (form.dispatchEvent(done)) {
      if (form.dataset.next) window.location.assign(fill(form.dataset.next, answer));
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
