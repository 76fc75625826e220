// A viewer who was refused (to open, or to pass on) asks whoever shared it, and sees what became of it. Fetched only then.

import { callApi } from "./api.js";
import { sends } from "./door.js";

export function requestOf(root, texts, need) {
  const box = root.querySelector(`[data-request=${need}]`);
  const form = box.querySelector("form");
  const part = (name) => box.querySelector(`[data-request-${name}]`);

  function show(asked) {
    part("state").textContent = asked ? texts[`request-${asked.state}`] : "";
    part("state").hidden = !asked;
    part("word").textContent = asked?.word ?? "";
    part("word").hidden = !asked?.word;
    part("link").hidden = !asked?.url;
    if (asked?.url) part("link").querySelector("a").href = asked.url;
    if (asked?.url && need === "open") takeBack(asked);
    form.hidden = asked?.state === "waiting" || Boolean(asked?.url);
    box.hidden = false;
  }

  // What was refused above is granted by now.
  function takeBack({ state }) {
    root.querySelector("[data-refused-title]").textContent = texts[`request-${state}`];
    root.querySelector("[data-refused-text]").textContent = "";
    part("state").hidden = true;
  }

  sends(form, (asked) => (show(asked), part("state").focus()));
  return async () => {
    const said = { token: root.dataset.token, need };
    const { asked } = await callApi("POST", "/api/v1/doors/request/state", said).catch(() => ({}));
    if (asked === undefined) return;
    show(asked);
    if (need === "forward") (form.hidden ? part("state") : form.elements.namedItem("note")).focus(); // a click asked for it
  };
}
