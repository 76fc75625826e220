// Asks in a dialog who it is, once more, when an act needs a fresh proof. Resolves to whether it was given.

import { clearProblem, showProblem } from "./problem_box.js";

const PATH = "/api/v1/sessions/current/step-up";

export const needsStepUp = (error) => error.problem?.type?.endsWith("/step-up-needed") && document.querySelector("[data-step-up]");

let asking = null;

// Two acts at once share one dialog.
export function stepUp(callApi) {
  asking ??= ask(callApi).finally(() => (asking = null));
  return asking;
}

function ask(callApi) {
  const dialog = document.querySelector("[data-step-up]");
  const form = dialog.querySelector("form");
  form.reset();
  clearProblem(form);
  const before = document.querySelector("dialog[open]");
  return new Promise((resolve) => {
    const ended = new AbortController();
    let given = false;
    const submit = async (event) => {
      event.preventDefault();
      clearProblem(form);
      const body = Object.fromEntries([...new FormData(form)].filter(([, value]) => value));
      const button = form.querySelector('[type="submit"]');
      button.disabled = true;
      try {
        await callApi("POST", PATH, body);
        given = true;
        dialog.close();
      } catch (error) {
        showProblem(form, error.problem ?? { detail: form.dataset.offline });
      } finally {
        button.disabled = false;
      }
    };
    form.addEventListener("submit", submit, { signal: ended.signal });
    dialog.addEventListener("close", () => {
      ended.abort();
      before?.querySelector("button")?.focus();
      resolve(given);
    }, { once: true });
    dialog.showModal();
  });
}
