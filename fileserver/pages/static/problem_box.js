// Shows a problem (RFC 9457) in the form's [data-problem], each of its errors beside the field that it names.

// Of a form, or of a part of one.
export function clearProblem(form) {
  const notes = [...form.querySelectorAll("[data-field-error]")];
  for (const input of form.querySelectorAll("[aria-invalid]")) {
    input.removeAttribute("aria-invalid");
    const left = (input.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && notes.every((note) => note.id !== id));
    if (left.length) input.setAttribute("aria-describedby", left.join(" "));
    else input.removeAttribute("aria-describedby");
  }
  for (const note of notes) note.remove();
  const box = form.querySelector("[data-problem]");
  if (box) box.hidden = true;
}

function inputFor(form, pointer) {
  if (!pointer) return null;
  const name = pointer.replace(/^\//, "").replaceAll("/", ".");
  const found = form.elements.namedItem(name) ?? form.elements.namedItem(`${name}[]`);
  if (found) return found instanceof RadioNodeList ? found[0] : found;
  // One of several is named by what each is called; and a list may still be empty, so that only what fills it is there.
  return [name, `${name}s`].map((each) => form.querySelector(`[data-field="${CSS.escape(each)}"] :is(input, select)`)).find(Boolean) ?? null;
}

// What a person calls a field: its legend, or its label without the hints in it.
const nameOf = (input) => (input.closest("[data-field]")?.querySelector("legend") ?? input.labels?.[0])?.firstChild?.textContent.trim();

// Where the error was shown, as a person calls the field; null where there is no such field to see.
export function markField(form, error) {
  const input = inputFor(form, error.field);
  if (!(input instanceof HTMLElement) || input.type === "hidden") return null;
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.fieldError = "";
  note.id = `error-${input.name || input.id}`;
  note.textContent = error.message;
  input.setAttribute("aria-invalid", "true");
  input.setAttribute("aria-describedby", [note.id, input.getAttribute("aria-describedby")].filter(Boolean).join(" "));
  (input.closest("[data-field]") ?? input).after(note);
  for (let part = input.closest("details"); part; part = part.parentElement.closest("details")) part.open = true; // closed, it hides both
  return nameOf(input) ?? "";
}

// Their detail says only that something is wrong with a field, which the line beside it says better.
const OF_FIELDS = ["/problems/invalid-request", "/problems/invalid-value"];

export function showProblem(form, problem) {
  const errors = problem.errors ?? (problem.field ? [{ field: problem.field, message: problem.detail }] : []);
  const shown = errors.map((error) => ({ error, name: markField(form, error) }));
  const unplaced = shown.filter(({ name }) => name === null).map(({ error }) => error.message);
  const names = [...new Set(shown.map(({ name }) => name).filter(Boolean))];
  const box = form.querySelector("[data-problem]");
  const wrong = form.querySelector("[aria-invalid]");
  const alone = shown.length === 1 && shown[0].name !== null;
  if (alone && (OF_FIELDS.includes(problem.type) || shown[0].error.message === problem.detail)) {
    // Who comes to the field hears what describes it; who pressed Enter in it is there already, and hears an alert that changes.
    const note = form.querySelector("[data-field-error]");
    if (document.activeElement === wrong) note.setAttribute("role", "alert"), (note.textContent = shown[0].error.message);
  } else if (box) {
    box.textContent = [problem.detail || problem.title, names.length && `(${names.join(" · ")})`, ...unplaced].filter(Boolean).join(" ");
    box.hidden = false;
  }
  (wrong ?? box)?.focus?.();
}
