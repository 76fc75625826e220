// Follows a version's preparation: <div data-live="/api/v1/materials/…" data-version="…"> with a <progress> inside.

import { callApi } from "./api.js";

const POLL_MS = 1500;

async function follow(box) {
  const bar = box.querySelector("progress");
  const count = box.querySelector("[data-live-count]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) continue;
    const material = await callApi("GET", box.dataset.live).catch(() => null);
    const version = material?.versions.find((each) => each.id === box.dataset.version);
    if (!version) continue;
    if (version.preparation !== "pending") return window.location.reload();
    if (!version.pages_total) continue;
    bar.max = version.pages_total;
    bar.value = version.pages_ready;
    count.textContent = `${version.pages_ready} / ${version.pages_total}`;
  }
}

document.querySelectorAll("[data-live]").forEach(follow);
