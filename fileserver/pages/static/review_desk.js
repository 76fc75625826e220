// The reading desk: what was found and said, beside the pages and over them. J and K walk through it; a comment is pinned by
// drawing a box or setting a point, with the pointer or with the arrow keys.

const marks = new Map([...document.querySelectorAll("[data-mark-of]")].map((mark) => [mark.dataset.markOf, mark]));
const entries = [...document.querySelectorAll("[data-mark]")];
const WHOLE = 1000; // places are told in thousandths of the page
const STEP = 20;
const POINT = 8; // a box smaller than this is a point
let lit = null;

function light(entry) {
  for (const each of [lit, lit && marks.get(lit.dataset.mark)]) each?.classList.remove("lit");
  lit = entry;
  const mark = marks.get(entry.dataset.mark);
  for (const each of [entry, mark]) each?.classList.add("lit");
  const place = entry.querySelector("[data-place]");
  const page = place && document.querySelector(place.hash);
  (mark ?? page)?.scrollIntoView({ block: mark ? "center" : "start" });
}

for (const entry of entries) {
  entry.addEventListener("focus", () => light(entry));
  entry.querySelector("[data-place]")?.addEventListener("click", (event) => {
    event.preventDefault();
    light(entry);
  });
}
for (const [id, mark] of marks) {
  mark.addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById(id)?.focus();
  });
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  if (!by || !entries.length) return;
  event.preventDefault();
  const at = entries.indexOf(lit);
  const next = at < 0 ? (by > 0 ? 0 : entries.length - 1) : (at + by + entries.length) % entries.length;
  entries[next].focus();
});

const form = document.querySelector("[data-commenting]");
const pin = form?.querySelector("[data-pin]");
if (pin) pinning();

function pinning() {
  const field = form.querySelector("[data-box]");
  const page = form.querySelector("select[name=page]");
  const unpin = form.querySelector("[data-unpin]");
  const status = form.querySelector("[data-pin-status]");
  let drawn = null;
  let from = null;
  let box = null;

  const sheetOf = (number) => document.querySelector(`[data-marks="${number}"]`);

  function draw(svg, next) {
    box = next;
    drawn?.remove();
    const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
    const size = Math.max(next[2] - next[0], next[3] - next[1]);
    const round = size < POINT;
    drawn = document.createElementNS("http://www.w3.org/2000/svg", round ? "circle" : "rect");
    const values = round
      ? { cx: (next[0] * width) / WHOLE, cy: (next[1] * height) / WHOLE, r: width / 60 }
      : { x: (next[0] * width) / WHOLE, y: (next[1] * height) / WHOLE, width: ((next[2] - next[0]) * width) / WHOLE, height: ((next[3] - next[1]) * height) / WHOLE };
    for (const [name, value] of Object.entries(values)) drawn.setAttribute(name, value);
    drawn.classList.add("draft");
    svg.append(drawn);
    page.value = svg.dataset.marks;
    field.value = JSON.stringify(round ? [next[0], next[1], next[0], next[1]] : next);
    unpin.hidden = false;
  }

  function begin(on) {
    document.body.classList.toggle("pinning", on);
    pin.setAttribute("aria-pressed", String(on));
    status.textContent = on ? status.dataset.begin : box ? status.dataset.done : "";
    if (on && !box) {
      const svg = sheetOf(page.value || 1);
      if (svg) draw(svg, [WHOLE / 2, WHOLE / 2, WHOLE / 2, WHOLE / 2]);
      svg?.scrollIntoView({ block: "nearest" });
    }
  }

  const clamp = (value) => Math.min(WHOLE, Math.max(0, Math.round(value)));
  function at(svg, event) {
    const seen = svg.getBoundingClientRect();
    return [clamp(((event.clientX - seen.left) / seen.width) * WHOLE), clamp(((event.clientY - seen.top) / seen.height) * WHOLE)];
  }

  pin.addEventListener("click", () => begin(!document.body.classList.contains("pinning")));
  pin.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key] ?? [];
    if (x === undefined || !box || pin.getAttribute("aria-pressed") !== "true") return;
    event.preventDefault();
    event.stopPropagation();
    const [x0, y0, x1, y1] = box;
    const moved = event.shiftKey
      ? [x0, y0, Math.max(x0, clamp(x1 + x * STEP)), Math.max(y0, clamp(y1 + y * STEP))]
      : [clamp(x0 + x * STEP), clamp(y0 + y * STEP), clamp(x1 + x * STEP), clamp(y1 + y * STEP)];
    draw(sheetOf(page.value), moved);
  });
  unpin.addEventListener("click", () => {
    drawn?.remove();
    [drawn, box, field.value, unpin.hidden] = [null, null, "", true];
    begin(false);
  });
  page.addEventListener("change", () => {
    if (box && page.value) draw(sheetOf(page.value), box);
    else unpin.click();
  });

  for (const svg of document.querySelectorAll("[data-marks]")) {
    svg.addEventListener("pointerdown", (event) => {
      if (!document.body.classList.contains("pinning")) return;
      event.preventDefault();
      svg.setPointerCapture(event.pointerId);
      from = at(svg, event);
      draw(svg, [...from, ...from]);
    });
    svg.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = at(svg, event);
      draw(svg, [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])]);
    });
    svg.addEventListener("pointerup", () => {
      if (!from) return;
      from = null;
      begin(false);
      form.querySelector("textarea").focus({ preventScroll: true });
    });
  }
}
