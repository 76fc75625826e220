// Reading page by page: arrow keys, the page in sight, a closer look, another try for a page that could not be loaded.

import { addZoom } from "./zoom.js";

const list = document.querySelector("[data-reader]");
const items = list ? [...list.children] : [];
const counter = document.querySelector("[data-counter]");
const rail = new Map([...document.querySelectorAll("[data-jump]")].map((link) => [Number(link.dataset.jump), link]));
const RETRIES_MAX = 2;
const RETRY_MS = 1500;
let current = 1;

function show(number) {
  current = number;
  counter.hidden = items.length < 2;
  counter.textContent = `${number} / ${items.length}`;
  for (const [page, link] of rail) {
    if (page === number) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  const link = rail.get(number);
  const box = link?.closest("ol");
  if (box) box.scrollTo({ top: link.offsetTop - box.clientHeight / 2, left: link.offsetLeft - box.clientWidth / 2 });
}

function retry(item) {
  const image = item.querySelector("img");
  const tries = Number(image.dataset.tries ?? 0);
  image.dataset.tries = tries + 1;
  const again = () => (image.src = `${image.src.split("?")[0]}`);
  if (tries < RETRIES_MAX) return setTimeout(again, RETRY_MS * (tries + 1));
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "button quiet retry", textContent: list.dataset.retry });
  button.addEventListener("click", () => (button.remove(), again()));
  item.append(button);
}

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries) if (entry.isIntersecting) show(Number(entry.target.dataset.page));
}, { rootMargin: "-45% 0px -45% 0px" });

for (const item of items) {
  seen.observe(item);
  item.querySelector("img").addEventListener("error", () => retry(item));
  const zooms = JSON.parse(item.dataset.zooms);
  if (zooms.length) addZoom(item, async () => zooms, list.dataset);
}

const STEPS = { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 };

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, video, .zoomed")) return;
  const wanted = event.key === "Home" ? 1 : event.key === "End" ? items.length : current + (STEPS[event.key] ?? 0);
  if (wanted === current || !items[wanted - 1]) return;
  event.preventDefault();
  items[wanted - 1].scrollIntoView({ block: "start" });
  show(wanted);
});
