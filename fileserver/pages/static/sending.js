// Brings one file to the server, whatever happens on the way: known files are not sent again, begun ones go on, failures that can pass
// are waited for. Returns with all bytes sent or the file known; throws {fail} or {elsewhere} (patience.js), or the signal's reason.

import { callApi, csrf } from "./api.js";
import { StoreOutOfReach, forgetDirect, sendDirectly } from "./direct.js";
import { fingerprintOf } from "./fingerprint.js";
import { Patience, judge, pause, slugOf } from "./patience.js";
import { ENDPOINT, sendByTus } from "./tus_way.js";
import { learn, mayGoDirectly } from "./ways.js";

const VERIFY_POLLS_MS = [100, 300, 700, 1500, 3000];
const ANEW_MAX = 5;

// `claim` says whether no other upload of the same list has its fingerprint.
export async function bring(upload, signal, claim) {
  const patience = new Patience();
  for (let anew = 0; ; ) {
    try {
      await recognise(upload, signal, claim);
      if (!upload.isOver && upload.state !== "verifying") await send(upload, signal, patience);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof StoreOutOfReach) await goThroughServer(upload);
      else if (slugOf(error) === "wrong-state" && upload.uploadId) upload.become("verifying"); // all is there, only the answer was lost
      else if (!(await passes(error, upload, signal, patience)) && ++anew > ANEW_MAX) throw { fail: "refused", text: "" };
    }
  }
}

// True after having waited, false if it begins anew at once; throws what does not pass.
async function passes(error, upload, signal, patience) {
  const verdict = await judge(error, upload.file);
  signal.throwIfAborted();
  if (verdict.anew && upload.uploadId) {
    upload.forget();
    return false;
  }
  if (!verdict.wait) throw verdict.anew ? { fail: "refused", text: error.problem?.detail ?? "" } : verdict;
  upload.become("holding", { reason: verdict.wait });
  await patience.wait(error.retryAfterS, signal);
  upload.become("checking");
  return true;
}

// Asks for uploads of the same file, so that it goes on in whatever browser it was begun.
async function recognise(upload, signal, claim) {
  upload.fingerprint ??= await fingerprintOf(upload.file);
  signal.throwIfAborted();
  if (!claim(upload)) return upload.become("same");
  if (upload.uploadId || upload.anew) return;
  const { items } = await callApi("GET", `/api/v1/uploads?fingerprint=${upload.fingerprint}`, undefined, signal);
  const found = items.filter((item) => item.length_bytes === upload.size && item.state !== "failed" && !upload.refused.has(item.id));
  const best = found.find((item) => item.material_id) ?? found.find((item) => item.state === "complete") ?? found[0];
  if (!best) return;
  upload.adopt(best);
  if (best.material_id) upload.become("used", { title: await titleOf(best.material_id, signal) });
  else if (best.state !== "receiving") upload.become("verifying");
}

// Of the material that has the file; it may be somebody else's by now, then there is only the link.
async function titleOf(materialId, signal) {
  const found = await callApi("GET", `/api/v1/materials/${materialId}`, undefined, signal).catch(() => ({}));
  signal.throwIfAborted();
  return found.title ?? "";
}

async function send(upload, signal, patience) {
  if (!upload.way) upload.way = (await mayGoDirectly(upload)) ? "direct" : "streamed";
  signal.throwIfAborted();
  let isFirst = true;
  const onProgress = (sent) => {
    if (signal.aborted) return;
    if (isFirst && sent > upload.kept) patience.restore(); // the attempt before was worth something
    if (isFirst) upload.kept = sent;
    isFirst = false;
    upload.progress(sent);
  };
  await (upload.way === "direct" ? sendDirectly : sendByTus)(upload, signal, onProgress);
  signal.throwIfAborted();
  upload.become("verifying");
}

// This browser does not get to the store: forgotten there, and sent through the server from now on.
async function goThroughServer(upload) {
  learn(false);
  await remove(upload).catch(() => {}); // it expires by itself otherwise
  upload.forget();
  upload.way = "streamed";
}

// Usually known at once; else the server reads the bytes again, and says how far it is.
export async function verify(upload, signal) {
  for (let polls = 0; ; polls++) {
    const found = await callApi("GET", `/api/v1/uploads/${upload.uploadId}`, undefined, signal).catch(outcome);
    if (found?.state === "complete") return;
    if (found?.state === "failed" || found?.state === "terminated") throw { fail: "broken" };
    upload.verified = found?.verified_bytes ?? upload.verified;
    await pause(VERIFY_POLLS_MS[Math.min(polls, VERIFY_POLLS_MS.length - 1)], signal);
  }
}

// No answer, or one that may change: asked again. A no is final.
function outcome(error) {
  const status = error.status ?? 0;
  if (status >= 400 && status < 500 && status !== 429) return { state: "failed" };
  return null;
}

// What the server has of it is dropped there too.
export async function remove({ uploadId, way }) {
  if (!uploadId) return;
  if (way === "direct") return forgetDirect(uploadId);
  const headers = { "Tus-Resumable": "1.0.0", "X-CSRF-Token": csrf() };
  const answer = await fetch(ENDPOINT + uploadId, { method: "DELETE", headers });
  if (!answer.ok && answer.status !== 404 && answer.status !== 410) throw new Error(answer.statusText);
}
