// What a failed attempt means, and how long to wait before the next one. Nothing that can pass ends an upload: it waits and goes on.

const DELAYS_MS = [1000, 2000, 4000, 8000, 15_000, 30_000];
const RETRY_AFTER_MAX_S = 300;
const PASSING = new Set([0, 408, 409, 423, 425, 460, 500, 502, 503, 504]);
const SIGNED_OUT = new Set(["not-signed-in", "csrf-refused"]);
const LATER = { "store-unavailable": "store", "server-full": "busy", "server-stopping": "restarting", "timed-out": "busy" };

export const slugOf = (error) => error.problem?.type?.split("/").at(-1) ?? "";

// {wait: reason} | {anew: true} | {elsewhere: true} | {fail: reason, text}
export async function judge(error, file) {
  const { status = 0 } = error;
  const slug = slugOf(error);
  if (slug === "upload-replaced") return { elsewhere: true };
  if (SIGNED_OUT.has(slug) || status === 401) return { fail: "signedOut" };
  if (status === 404 || status === 410) return { anew: true };
  if (status === 0 && !(await readable(file))) return { fail: "unreadable" };
  if (PASSING.has(status) || error.retryAfterS) return { wait: reasonOf(status, slug) };
  return { fail: "refused", text: error.problem?.detail || error.problem?.title || error.message };
}

function reasonOf(status, slug) {
  if (status === 0) return navigator.onLine ? "unreachable" : "offline";
  return LATER[slug] ?? ([500, 502, 504].includes(status) ? "unreachable" : "busy");
}

// A file that was changed, moved or unplugged fails like a network does; reading a byte of it tells.
async function readable(file) {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}

export class Patience {
  #failures = 0;

  // Something arrived: the next failure is a first one.
  restore() {
    this.#failures = 0;
  }

  // Ends early when the network or the person comes back, unless the server has said how long to wait.
  async wait(retryAfterS, signal) {
    const planned = DELAYS_MS[Math.min(this.#failures++, DELAYS_MS.length - 1)] * (0.8 + 0.4 * Math.random());
    const asked = Math.min(retryAfterS || 0, RETRY_AFTER_MAX_S) * 1000;
    await pause(Math.max(planned, asked), signal, asked ? [] : WAKING);
  }
}

const WAKING = [
  [window, "online"],
  [window, "pageshow"],
  [document, "visibilitychange"],
];

export function pause(ms, signal, waking = []) {
  return new Promise((resolve, reject) => {
    const ended = new AbortController();
    const end = (finish) => () => {
      clearTimeout(timer);
      ended.abort();
      finish();
    };
    const timer = setTimeout(end(resolve), ms);
    for (const [target, name] of waking) target.addEventListener(name, () => document.hidden || end(resolve)(), { signal: ended.signal });
    signal?.addEventListener("abort", end(() => reject(signal.reason)), { signal: ended.signal });
  });
}
