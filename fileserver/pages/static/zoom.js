// Looking closely at a page: it grows inside its frame, which scrolls, and sharper tiles are laid over what is in sight.

const STEPS = [1, 2, 4];
const AHEAD = "50%"; // of the frame: tiles are fetched so far before they are reached

// `zooms` gives what is sharper than the page, with addresses that are good now.
export function addZoom(item, zooms, texts) {
  const frame = document.createElement("div");
  const sheet = item.querySelector(".sheet") ?? document.createElement("div");
  const tiles = document.createElement("div");
  Object.assign(frame, { className: "frame" });
  Object.assign(sheet, { className: "sheet" });
  Object.assign(tiles, { className: "tiles" });
  tiles.setAttribute("aria-hidden", "true"); // the page itself is told once
  sheet.prepend(item.querySelector("img"), tiles); // what is drawn over the page stays above
  frame.append(sheet);
  const smaller = button("−", texts.zoomOut);
  const larger = button("+", texts.zoomIn);
  const tools = document.createElement("div");
  Object.assign(tools, { className: "zoom" });
  tools.append(smaller, larger);
  item.prepend(frame);
  item.append(tools);

  let step = 0;
  let watching = null;

  async function set(next, at = { x: 0.5, y: 0.5 }) {
    if (next === step || next < 0 || next >= STEPS.length) return;
    const factor = STEPS[next] / STEPS[step];
    const place = { x: frame.scrollLeft + at.x * frame.clientWidth, y: frame.scrollTop + at.y * frame.clientHeight };
    step = next;
    frame.classList.toggle("zoomed", step > 0);
    frame.style.height = step > 0 ? `${frame.clientHeight}px` : "";
    sheet.style.width = `${STEPS[step] * 100}%`;
    frame.scrollLeft = place.x * factor - at.x * frame.clientWidth;
    frame.scrollTop = place.y * factor - at.y * frame.clientHeight;
    frame.tabIndex = step > 0 ? 0 : -1; // arrow keys then move what is in sight
    smaller.disabled = step === 0;
    larger.disabled = step === STEPS.length - 1;
    await sharpen();
  }

  async function sharpen() {
    watching?.disconnect();
    tiles.replaceChildren();
    if (!step) return;
    const wanted = step;
    const offered = await zooms().catch(() => []);
    const zoom = offered.find(({ level }) => level >= STEPS[wanted]) ?? offered.at(-1);
    if (!zoom || wanted !== step) return;
    watching = new IntersectionObserver(
      (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
        watching.unobserve(entry.target);
        entry.target.src = entry.target.dataset.src;
      }),
      { root: frame, rootMargin: AHEAD },
    );
    for (const tile of tilesOf(zoom)) {
      tiles.append(tile);
      watching.observe(tile);
    }
  }

  smaller.addEventListener("click", () => set(step - 1));
  larger.addEventListener("click", () => set(step + 1));
  frame.addEventListener("dblclick", (event) => {
    const box = frame.getBoundingClientRect();
    const at = { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
    set(step === STEPS.length - 1 ? 0 : step + 1, at);
  });
  frame.addEventListener("keydown", (event) => {
    if (event.key === "+" || event.key === "=") set(step + 1);
    else if (event.key === "-") set(step - 1);
    else if (event.key === "Escape") set(0);
    else return;
    event.preventDefault();
  });
  smaller.disabled = true;
}

function button(sign, label) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className: "button quiet", textContent: sign });
  made.setAttribute("aria-label", label);
  return made;
}

function* tilesOf({ width_px: width, height_px: height, tile_px: side, url }) {
  for (let row = 0; row * side < height; row += 1) {
    for (let column = 0; column * side < width; column += 1) {
      const tile = document.createElement("img");
      Object.assign(tile, { alt: "", draggable: false });
      tile.dataset.src = url.replace("{column}", column).replace("{row}", row);
      Object.assign(tile.style, {
        left: `${(column * side * 100) / width}%`,
        top: `${(row * side * 100) / height}%`,
        width: `${(Math.min(side, width - column * side) * 100) / width}%`,
        height: `${(Math.min(side, height - row * side) * 100) / height}%`,
      });
      tile.addEventListener("load", () => tile.classList.add("there"));
      yield tile;
    }
  }
}
