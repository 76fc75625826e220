// Sizes, times and speeds as people read them.

const UNITS = ["B", "KB", "MB", "GB", "TB"];
const UNIT = 1000;
const SPEED_WINDOW_MS = 6000;
const STILL_AFTER_MS = 10_000;

export const fill = (template, values) => template.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export function size(bytes) {
  const power = Math.min(Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(UNIT)), UNITS.length - 1);
  return `${Number((bytes / UNIT ** power).toPrecision(3))} ${UNITS[power]}`;
}

export function duration(seconds, texts) {
  if (seconds < 60) return fill(texts.seconds, { n: Math.max(1, Math.round(seconds)) });
  if (seconds < 3600) return fill(texts.minutes, { n: Math.round(seconds / 60) });
  return fill(texts.hours, { n: (seconds / 3600).toFixed(1) });
}

export const percent = (part, whole) => `${whole ? Math.floor((100 * part) / whole) : 100} %`;

// Speed over the last seconds up to now: a resumed file does not look faster than it is, and one that stands still slows down.
export class Speed {
  #samples = [];

  add(bytes) {
    const now = performance.now();
    const last = this.#samples.at(-1);
    if (last && now - last[0] < 100) last[1] = bytes;
    else this.#samples.push([now, bytes]);
    while (this.#samples.length > 2 && now - this.#samples[0][0] > SPEED_WINDOW_MS) this.#samples.shift();
  }

  get bytesPerSecond() {
    if (this.#samples.length < 2 || this.isStill) return 0;
    const [[t0, b0], [, b1]] = [this.#samples[0], this.#samples.at(-1)];
    return Math.max(0, ((b1 - b0) * 1000) / (performance.now() - t0));
  }

  // Something had begun to move, and has not for a while.
  get isStill() {
    return this.#samples.length > 0 && performance.now() - this.#samples.at(-1)[0] > STILL_AFTER_MS;
  }

  reset() {
    this.#samples = [];
  }
}
