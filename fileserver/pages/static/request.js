// A viewer who was refused asks whoever shared it, and sees what became of the question. Fetched only then.

import { callApi } from "./api.js";
import { sends } from "./door.js";

export function requestOf(root, texts) {
  const box = root.querySelector("[data-request]");
  const form = box.querySelector("form");
  const part = (name) => box.querySelector(`[data-request-${name}]`);

  function show(asked) {
    part("state").textContent = asked ? texts[`request-${asked.state}`] : "";
    part("state").hidden = !asked;
    part("word").textContent = asked?.word ?? "";
    part("word").hidden = !asked?.word;
    part("link").hidden = !asked?.url;
    if (asked?.url) part("link").querySelector("a").href = asked.url;
    form.hidden = asked?.state === "waiting" || Boolean(asked?.url);
    box.hidden = false;
  }

  sends(form, (asked) => (show(asked), part("state").focus()));
  return async () => {
    const { asked } = await callApi("POST", "/api/v1/doors/request/state", { token: root.dataset.token }).catch(() => ({}));
    if (asked !== undefined) show(asked);
  };
}
