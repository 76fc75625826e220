// Choosing how a mark looks: a preset fills the finer controls, and whatever is chosen is drawn by the server on the real page.
// A question waits until the hand rests, and is dropped when there is a newer one.

import { csrf, refusal } from "./api.js";
import { clearProblem, markField } from "./problem_box.js";

const box = document.querySelector("[data-look]");
const form = box.closest("form");
const { presets, texts } = JSON.parse(box.querySelector("[data-looks]").textContent);
const part = (name) => box.querySelector(`[data-${name}]`);
const field = (name) => form.elements.namedItem(name);
const image = part("try-image");
const CHOSEN_MS = 120;
const TYPING_MS = 400;
let waiting = 0;
let asking = null;

function fill(look) {
  field("look.layout").value = look.layout;
  field("look.size").value = look.size;
  if (look.colour.startsWith("#")) part("own").value = part("colour").value = look.colour;
  field("look.colour").value = look.colour;
  field("look.opacity_percent").value = look.opacity_percent;
  field("look.text").value = look.text;
  tellOpacity();
}

function tellOpacity() {
  part("opacity").textContent = `${field("look.opacity_percent").value}%`;
}

const chosen = () => ({
  version_id: box.dataset.version,
  page: Number(part("try-number")?.value || 1),
  watermark: field("watermark").value,
  look: {
    layout: field("look.layout").value,
    size: field("look.size").value,
    colour: field("look.colour").value,
    opacity_percent: Number(field("look.opacity_percent").value),
    text: field("look.text").value.trim(),
  },
});

async function drawn(signal) {
  const headers = { Accept: "image/jpeg, application/problem+json", "Content-Type": "application/json", "X-CSRF-Token": csrf() };
  const response = await fetch("/api/v1/looks/preview", { method: "POST", headers, signal, body: JSON.stringify(chosen()) });
  if (!response.ok) throw refusal(response.status, await response.text(), response.headers.get("Retry-After"));
  return response.blob();
}

function show(blob) {
  const address = URL.createObjectURL(blob);
  image.onload = () => URL.revokeObjectURL(address);
  image.src = address;
  image.alt = texts.drawn;
  image.hidden = false;
}

function say(text, { failed = false, again = false } = {}) {
  part("try-status").textContent = text;
  part("try").classList.toggle("failed", failed);
  part("try-again").hidden = !again;
}

// What is wrong with a field stands beside it; anything else is said under the page, with a way to ask again.
function refused(error) {
  const errors = error.problem?.errors ?? [];
  const placed = errors.filter((each) => markField(form, each) !== null);
  const rest = errors.filter((each) => !placed.includes(each)).map((each) => each.message);
  if (placed.length && !rest.length) return say(placed[0].message, { failed: true });
  say(rest[0] ?? error.problem?.detail ?? texts.offline, { failed: true, again: true });
}

async function draw() {
  asking?.abort();
  const mine = (asking = new AbortController());
  part("try").setAttribute("aria-busy", "true");
  say(texts.drawing);
  try {
    const blob = await drawn(mine.signal);
    if (mine !== asking) return;
    clearProblem(box);
    show(blob);
    say(texts.drawn);
  } catch (error) {
    if (mine !== asking) return;
    clearProblem(box);
    refused(error);
  }
  part("try").removeAttribute("aria-busy");
}

function drawSoon(delayMs) {
  if (!image) return;
  clearTimeout(waiting);
  waiting = setTimeout(draw, delayMs);
}

function changed(event) {
  const input = event.target;
  if (input.name === "watermark") fill(presets[input.value]);
  if (input === part("colour")) {
    part("own").value = input.value;
    part("own").checked = true;
  }
  tellOpacity();
  drawSoon(input.matches("textarea, [type=range], [type=color], [type=number]") ? TYPING_MS : CHOSEN_MS);
}

function insert(place) {
  const text = field("look.text");
  text.setRangeText(place, text.selectionStart, text.selectionEnd, "end");
  text.focus();
  drawSoon(TYPING_MS);
}

box.addEventListener("input", changed);
box.querySelectorAll("[data-place]").forEach((each) => each.addEventListener("click", () => insert(each.dataset.place)));
part("try-again")?.addEventListener("click", draw);
fill(JSON.parse(box.dataset.chosen));
drawSoon(0);
