// What a share asks before it opens (password, code, pledge): shows the form that fits, and goes on once all is answered.
// Fetched only when something is asked.

import { callApi } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

// Sends a form as JSON to its data-door, and calls `done` with the answer; a refusal is shown in the form.
export function sends(form, done) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    clearProblem(form);
    const button = form.querySelector("button");
    const body = Object.fromEntries(new FormData(form));
    if (body.version) body.version = Number(body.version);
    button.disabled = true;
    try {
      done(await callApi("POST", form.dataset.door, body));
    } catch (error) {
      showProblem(form, error.problem ?? { detail: form.dataset.offline });
    } finally {
      button.disabled = false;
    }
  });
}

export function doorOf(root, { opened, refused }) {
  const sections = [...root.querySelectorAll("[data-ask]")];
  const form = (name) => root.querySelector(`[data-door="/api/v1/doors/${name}"]`);
  const show = (name) => {
    for (const section of sections) section.hidden = section.dataset.ask !== name;
    sections.find((section) => !section.hidden)?.querySelector("h1").focus();
  };

  function goOn({ lock, pledge, by_email: byEmail }) {
    for (const part of root.querySelectorAll("[data-code-mailed]")) part.hidden = !byEmail;
    root.querySelector("[data-code-none]").hidden = byEmail;
    if (lock !== "none") return show(lock);
    if (!pledge) return show(""), opened();
    const section = sections.find((each) => each.dataset.ask === "pledge");
    section.querySelector("[data-pledge-title]").textContent = pledge.title;
    section.querySelector("[data-pledge-text]").textContent = pledge.text;
    section.querySelector("[data-pledge-hash]").textContent = `v${pledge.version} · SHA-256 ${pledge.sha256}`;
    for (const name of ["version", "language", "sha256"]) form("pledge").elements.namedItem(name).value = pledge[name];
    show("pledge");
  }

  for (const name of ["password", "code/try", "pledge"]) {
    sends(form(name), (answer) => (form(name).reset(), goOn(answer)));
  }
  sends(form("code"), ({ id }) => {
    const answering = form("code/try");
    answering.elements.email.value = form("code").elements.email.value.trim();
    answering.elements.id.value = id;
    answering.hidden = false;
    const button = form("code").querySelector("button");
    button.textContent = form("code").dataset.again;
    button.classList.add("quiet");
    answering.elements.code.value = "";
    answering.elements.code.focus();
  });

  return async () => {
    try {
      goOn(await callApi("POST", "/api/v1/doors", { token: root.dataset.token }));
    } catch (error) {
      refused(error);
    }
  };
}
