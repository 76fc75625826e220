// Follows a version's preparation and its checks: <div data-live="/api/v1/materials/…" data-version="…"> with a <progress>
// inside; `data-scan` says that it is the checks. What they find appears as it is found.

import { callApi } from "./api.js";

const POLL_MS = 1500;
const OPEN = ["waiting", "running"];

async function follow(box) {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) continue;
    const material = await callApi("GET", box.dataset.live).catch(() => null);
    const version = material?.versions.find((each) => each.id === box.dataset.version);
    if (!version) continue;
    const over = "scan" in box.dataset ? !OPEN.includes(version.scan?.state) : version.preparation !== "pending";
    if (over) return window.location.reload();
    show(box, version);
    await showFindings(version);
  }
}

function show(box, version) {
  const scan = "scan" in box.dataset ? version.scan : null;
  const total = scan ? scan.pages_total : version.pages_total;
  const done = scan ? scan.pages_done : version.pages_ready;
  const bar = box.querySelector("progress");
  if (total) {
    bar.max = total;
    bar.value = done;
  } else {
    bar.removeAttribute("value");
  }
  box.querySelector("[data-live-count]").textContent = total ? `${done} / ${total}` : "";
}

// The list comes from the server as the whole page does, so that its words stand in one place.
async function showFindings(version) {
  const list = document.getElementById(`findings-${version.number}`);
  if (!list || Number(list.dataset.findings) === version.findings.length) return;
  const answer = await fetch(window.location.href, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const theirs = fresh.getElementById(list.id);
  if (theirs) {
    list.replaceChildren(...theirs.childNodes);
    list.dataset.findings = theirs.dataset.findings;
  }
}

document.querySelectorAll("[data-live]").forEach(follow);
