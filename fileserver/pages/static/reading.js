// Tells the server how long each page is read: while it is in sight, the window in front, and somebody there.

const FIRST_MS = 10_000; // so that little is lost of a short reading whose end nobody hears of
const EVERY_MS = 30_000; // a report costs the phone its radio and the server its work, however many pages it tells of
const IDLE_MS = 120_000; // without a touch, a key or a scroll nobody is there
const TICK_MS = 1_000;
const BEACONS_MAX = 40;
const CLAIM_MAX_MS = 60_000; // of one page at once: the server believes no more

export function createReading(visitId, seq, pages) {
  const tokens = new Map();
  const claimed = new Map();
  let last = seq;
  let active = performance.now();
  let ticked = performance.now();
  let sending = false;
  let over = false;

  const inFront = () => document.visibilityState === "visible" && document.hasFocus() && performance.now() - active < IDLE_MS;

  // The page that takes most of the window; none while nothing of a page can be seen.
  function shown() {
    let best = null;
    let most = 0;
    for (const item of pages.children) {
      const { top, bottom } = item.getBoundingClientRect();
      const height = Math.min(bottom, window.innerHeight) - Math.max(top, 0);
      if (height > most) [best, most] = [item, height];
    }
    return best && Number(best.querySelector("img")?.dataset.page);
  }

  function tick() {
    const now = performance.now();
    const page = inFront() ? shown() : null;
    // A tick that comes late was a machine asleep: what is longer than two was not read.
    if (page && tokens.has(page)) claimed.set(page, (claimed.get(page) ?? 0) + Math.min(now - ticked, 2 * TICK_MS));
    ticked = now;
  }

  function report() {
    const beacons = [...claimed].filter(([, ms]) => ms >= 1).slice(0, BEACONS_MAX)
      .map(([page, ms]) => ({ page, seq: ++last, ms: Math.min(Math.round(ms), CLAIM_MAX_MS), token: tokens.get(page) }));
    for (const { page } of beacons) claimed.delete(page);
    return beacons;
  }

  async function send() {
    if (sending || over) return;
    const beacons = report();
    if (!beacons.length) return;
    sending = true;
    try {
      const response = await fetch(`/v/${visitId}/beacons`, {
        method: "POST", keepalive: true, body: JSON.stringify({ beacons }), headers: { "Content-Type": "application/json" },
      });
      if (response.ok) taken(await response.json(), beacons);
      else if (response.status < 500 && response.status !== 429) over = true; // signed out, or not to be read any more
      else giveBack(beacons);
    } catch {
      giveBack(beacons);
    } finally {
      sending = false;
    }
  }

  // Another window of the visit may have passed these numbers by: the first ones, because they rise.
  function taken(said, beacons) {
    last = Math.max(last, said.seq);
    giveBack(beacons.slice(0, said.dropped));
  }

  // What may not have arrived is claimed again: the server counts no moment twice.
  function giveBack(beacons) {
    for (const { page, ms } of beacons) claimed.set(page, (claimed.get(page) ?? 0) + ms);
  }

  // Webviews throw pages away without a word: sent at every leaving, by what outlives the page.
  function leave() {
    tick();
    const beacons = over ? [] : report();
    if (!beacons.length) return;
    const body = new Blob([JSON.stringify({ beacons })], { type: "application/json" });
    if (!navigator.sendBeacon?.(`/v/${visitId}/beacons`, body)) {
      fetch(`/v/${visitId}/beacons`, { method: "POST", keepalive: true, body, headers: { "Content-Type": "application/json" } }).catch(() => giveBack(beacons));
    }
  }

  for (const name of ["pointerdown", "pointermove", "keydown", "scroll", "touchstart"]) {
    window.addEventListener(name, () => (active = performance.now()), { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  window.addEventListener("pagehide", leave);
  setInterval(tick, TICK_MS);
  setTimeout(() => {
    send();
    setInterval(send, EVERY_MS);
  }, FIRST_MS);

  return { served: (page, token) => token && tokens.set(page, token) };
}
