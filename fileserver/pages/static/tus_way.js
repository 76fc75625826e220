// One attempt to bring a file to the server by tus: ends when all bytes are acknowledged, throws what was refused or cut.

/* global tus */

import { csrf, refusal } from "./api.js";

const CHUNK_BYTES = 256 * 1024 * 1024;
const AT_ONCE_BYTES = 8 * 1024 * 1024; // so few bytes travel in the request that makes the upload
const SILENCE_MAX_MS = 120_000;
const WATCH_MS = 10_000;
export const ENDPOINT = "/uploads/";

export function sendByTus(upload, signal, onProgress) {
  return new Promise((resolve, reject) => {
    let lastSign = performance.now();
    const end = (finish) => (value) => {
      clearInterval(watch);
      signal.removeEventListener("abort", aborted);
      finish(value);
    };
    const stop = (reason) => {
      sending.abort();
      end(reject)(reason);
    };
    const aborted = () => stop(signal.reason);
    // A line that changed under a sleeping machine may stay silent for many minutes before it fails.
    const watch = setInterval(() => performance.now() - lastSign > SILENCE_MAX_MS && stop(new Error("silent")), WATCH_MS);
    const sending = new tus.Upload(upload.file, {
      ...whereTo(upload),
      chunkSize: CHUNK_BYTES,
      uploadDataDuringCreation: upload.size <= AT_ONCE_BYTES,
      retryDelays: null,
      storeFingerprintForResuming: false,
      metadata: metadataOf(upload),
      onBeforeRequest: (request) => request.setHeader("X-CSRF-Token", csrf()),
      onUploadUrlAvailable: () => upload.begun(idOf(sending.url), "streamed"),
      onProgress: (sent) => {
        lastSign = performance.now();
        onProgress(sent);
      },
      onError: (error) => end(reject)(answerOf(error)),
      onSuccess: end(resolve),
    });
    signal.addEventListener("abort", aborted);
    sending.start();
  });
}

export function metadataOf(upload) {
  return { filename: upload.name, filetype: upload.file.type || "application/octet-stream", fingerprint: upload.fingerprint };
}

// With an endpoint, tus-js-client would answer any refusal of the HEAD, a busy server's too, by beginning anew.
function whereTo(upload) {
  return upload.uploadId ? { uploadUrl: ENDPOINT + upload.uploadId } : { endpoint: ENDPOINT };
}

function answerOf(error) {
  const answer = error.originalResponse;
  return answer ? refusal(answer.getStatus(), answer.getBody(), answer.getHeader("Retry-After")) : error;
}

const idOf = (url) => new URL(url, window.location.href).pathname.split("/").at(-1);
