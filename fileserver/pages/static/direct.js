// One attempt to bring a file straight to the store, in parts that the server signs one by one, each bound to its SHA-256.
//
// Ends when the server has joined the parts; throws what was refused or cut, and StoreOutOfReach when this browser can't get to the
// store at all, so that the file goes through the server instead. What the store has already is asked first, so it is not sent twice.

import { callApi } from "./api.js";
import { put } from "./direct_part.js";
import { pause, slugOf } from "./patience.js";
import { metadataOf } from "./tus_way.js";
import { learn, learned } from "./ways.js";

const BASE = "/uploads/s3/multipart";
const PARTS_AT_ONCE = 4; // of all files together: each is in memory while it is hashed
const TRIES_MAX = 4;
const TRY_AGAIN_MS = 1000;

export class StoreOutOfReach extends Error {}

export const forgetDirect = (uploadId) => callApi("DELETE", address(uploadId));

export async function sendDirectly(upload, signal, onProgress) {
  if (!upload.uploadId) await begin(upload, signal);
  const stored = await callApi("GET", address(upload.uploadId), undefined, signal);
  const etags = new Map(stored.map((part) => [part.PartNumber, part.ETag]));
  const progress = new Progress(upload, stored, onProgress);
  await sendMissing(upload, etags, progress, signal);
  const parts = [...etags].sort(([one], [other]) => one - other).map(([PartNumber, ETag]) => ({ PartNumber, ETag }));
  await callApi("POST", address(upload.uploadId, "/complete"), { parts }, signal);
}

async function begin(upload, signal) {
  const metadata = metadataOf(upload);
  const wanted = { filename: metadata.filename, type: metadata.filetype, size: upload.size, metadata };
  const begun = await callApi("POST", BASE, wanted, signal).catch(switchedOff);
  upload.partSize = begun.partSize;
  upload.begun(begun.uploadId, "direct");
}

// The operator may have closed this way since it was asked for.
function switchedOff(error) {
  throw slugOf(error) === "direct-uploads-off" ? new StoreOutOfReach() : error;
}

// Parts in order, several at once; the first failure ends the others of this attempt.
async function sendMissing(upload, etags, progress, signal) {
  const attempt = new AbortController();
  const end = () => attempt.abort(signal.reason);
  signal.addEventListener("abort", end, { signal: attempt.signal });
  const count = Math.ceil(upload.size / upload.partSize);
  let next = 1;
  const work = async () => {
    while (next <= count) {
      const number = next++;
      if (etags.has(number)) continue;
      etags.set(number, await places.during(attempt.signal, () => sendPart(upload, number, progress, attempt.signal)));
    }
  };
  try {
    await Promise.all(Array.from({ length: PARTS_AT_ONCE }, work));
  } finally {
    attempt.abort(new Error("ended"));
  }
}

async function sendPart(upload, number, progress, signal) {
  const start = (number - 1) * upload.partSize;
  const bytes = await upload.file.slice(start, start + upload.partSize).arrayBuffer();
  const checksum = base64(await crypto.subtle.digest("SHA-256", bytes));
  for (let tries = 1; ; tries++) {
    const query = `&checksum=${encodeURIComponent(checksum)}`;
    const signed = await callApi("GET", address(upload.uploadId, `/${number}`) + query, undefined, signal);
    try {
      const etag = await put(signed, bytes, signal, (sent) => progress.of(number, sent));
      learn(true);
      progress.of(number, bytes.byteLength);
      return etag ?? (await etagOf(upload, number, signal));
    } catch (error) {
      if (signal.aborted) throw error;
      progress.of(number, 0);
      if (tries >= triesFor(error) || !passing(error)) throw await told(error, upload, signal);
      if (!error.status || error.status >= 500) await pause(tries * TRY_AGAIN_MS, signal);
    }
  }
}

// A store that has never answered this browser is not waited for.
const triesFor = ({ status }) => (learned() === "yes" ? TRIES_MAX : status ? 2 : 1);

// A signature that has run out is asked for anew; so is one for bytes that changed on their way, or a store that was busy.
const passing = ({ status = 0 }) => status === 0 || status === 403 || status === 400 || status === 408 || status === 429 || status >= 500;

// No answer from the store, or none but refusals: if it answers the server, this browser had better go through the server.
async function told(error, upload, signal) {
  try {
    await callApi("GET", address(upload.uploadId), undefined, signal);
  } catch (own) {
    return slugOf(own) || !own.status ? own : error;
  }
  return error.status >= 500 ? error : new StoreOutOfReach();
}

// A store whose CORS rules hide the ETag tells it the server.
async function etagOf(upload, number, signal) {
  const stored = await callApi("GET", address(upload.uploadId), undefined, signal);
  return stored.find((part) => part.PartNumber === number).ETag;
}

const address = (uploadId, more = "") => `${BASE}/${uploadId}${more}?key=${uploadId}`;
const base64 = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)));

// Bytes of parts that are there and of parts on their way.
class Progress {
  #sent = new Map();
  #sum = 0;

  constructor(upload, stored, tell) {
    this.tell = tell;
    for (const part of stored) this.#set(part.PartNumber, part.Size);
    tell(this.#sum);
  }

  of(number, bytes) {
    this.#set(number, bytes);
    this.tell(this.#sum);
  }

  #set(number, bytes) {
    this.#sum += bytes - (this.#sent.get(number) ?? 0);
    this.#sent.set(number, bytes);
  }
}

class Places {
  #free = PARTS_AT_ONCE;
  #waiting = [];

  async during(signal, work) {
    if (this.#free) this.#free--;
    else await new Promise((resolve) => this.#waiting.push(resolve));
    try {
      signal.throwIfAborted();
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }
}

const places = new Places();
