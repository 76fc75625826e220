// Calls the API as the page's session, and throws what it refuses: error.problem is the document, error.retryAfterS how long to wait.

import { needsStepUp, stepUp } from "./step_up.js";

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

// keepalive: it arrives even if the page is left meanwhile.
export async function callApi(method, url, body, signal, keepalive = false) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrf() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const sent = body === undefined ? undefined : JSON.stringify(body);
  const response = await fetch(url, { method, headers, signal, keepalive, body: sent });
  const text = await response.text();
  if (!response.ok) {
    const error = refusal(response.status, text, response.headers.get("Retry-After"));
    if (error.problem?.type?.endsWith("/second-factor-needed")) window.location.assign("/second-factor");
    if (needsStepUp(error) && (await stepUp(callApi))) return callApi(method, url, body, signal, keepalive);
    throw error;
  }
  return text ? JSON.parse(text) : {};
}

// What a proxy says in HTML is no problem document: then there is only the status.
export function refusal(status, text, retryAfter) {
  const error = Object.assign(new Error(`status ${status}`), { status, retryAfterS: Number(retryAfter) || 0 });
  try {
    error.problem = { status, ...JSON.parse(text) };
  } catch {
    return error;
  }
  return error;
}
