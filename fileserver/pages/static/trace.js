// One trace: follows it while it is under way; then lets the suspect be compared with the original.

import { callApi } from "./api.js";

const POLL_MS = 1500;

async function follow(box) {
  const bar = box.querySelector("progress");
  const count = box.querySelector("[data-count]");
  const status = box.querySelector("[data-status]");
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    if (document.hidden) continue;
    const trace = await callApi("GET", box.dataset.traceLive).catch(() => null);
    if (!trace) continue;
    if (trace.state === "done" || trace.state === "failed") return window.location.reload();
    const { working } = status.dataset;
    if (trace.state === "running" && status.textContent !== working) status.textContent = working;
    if (!trace.steps_total) continue;
    bar.max = trace.steps_total;
    bar.value = trace.steps_done;
    count.textContent = `${trace.steps_done} / ${trace.steps_total}`;
  }
}

// Its pictures are cut and sealed when they are asked for, which takes seconds on a busy server.
async function awaited(part, note) {
  note.textContent = note.dataset.loading;
  note.hidden = false;
  const found = await Promise.allSettled([...part.querySelectorAll("img")].map((each) => each.decode()));
  if (part.hidden) return; // another comparison was chosen meanwhile, which says so itself
  const failed = found.some((each) => each.status === "rejected");
  note.hidden = !failed;
  if (failed) note.textContent = note.dataset.failed;
}

function compare(box) {
  const note = box.querySelector("[data-note]");
  awaited(box.querySelector("[data-mode]:not([hidden])"), note);
  const overlay = box.querySelector("[data-overlay]");
  const slide = box.querySelector("[data-slide]");
  const move = () => overlay.style.setProperty("--at", `${slide.value}%`);
  slide.addEventListener("input", move);
  move();
  // The picture itself may be dragged over, too; the slider stays what keyboards and screen readers use.
  const drag = (event) => {
    if (event.type === "pointermove" && !event.buttons) return;
    const { left, width } = overlay.getBoundingClientRect();
    slide.value = String(Math.min(100, Math.max(0, ((event.clientX - left) / width) * 100)));
    move();
  };
  overlay.addEventListener("pointerdown", drag);
  overlay.addEventListener("pointermove", drag);
  overlay.addEventListener("dragstart", (event) => event.preventDefault());
  box.addEventListener("change", (event) => {
    if (event.target.type !== "radio") return;
    for (const part of box.querySelectorAll("[data-mode]")) {
      part.hidden = part.dataset.mode !== event.target.value;
      if (!part.hidden) awaited(part, note);
    }
  });
}

document.querySelectorAll("[data-trace-live]").forEach(follow);
document.querySelectorAll("[data-compare]").forEach(compare);
