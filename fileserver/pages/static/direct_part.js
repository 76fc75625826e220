// One PUT of one part to a presigned address. XMLHttpRequest, for fetch does not tell how much of a body has left.

const FORBIDDEN = new Set(["host", "content-length"]); // the browser sets them, and complains about scripts that do
const SILENCE_MAX_MS = 120_000;

// The part's ETag, or null if the store's CORS rules hide it. Throws {status}, 0 for no answer.
export function put({ url, headers }, bytes, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (status) => reject(Object.assign(new Error(`store: ${status}`), { status }));
    const abort = () => request.abort();
    const silent = () => (silence = setTimeout(abort, SILENCE_MAX_MS));
    let silence = 0;
    request.open("PUT", url);
    for (const [name, value] of Object.entries(headers ?? {})) {
      if (!FORBIDDEN.has(name.toLowerCase())) request.setRequestHeader(name, value);
    }
    request.upload.onprogress = ({ loaded }) => {
      clearTimeout(silence);
      silent();
      onProgress(loaded);
    };
    request.onload = () => (request.status < 300 ? resolve(request.getResponseHeader("ETag")) : fail(request.status));
    request.onerror = () => fail(0);
    request.onabort = () => (signal.aborted ? reject(signal.reason) : fail(0));
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener("abort", abort);
    };
    signal.addEventListener("abort", abort);
    silent();
    request.send(bytes);
  });
}
