// Which way a file goes: straight to the store where the operator allows it and this browser reaches it, through the server otherwise.
//
// What was learned holds for the browser's session: a store that can't be reached from here is not tried with every file.

import { callApi } from "./api.js";

const KEY = "sealshare:direct";
const DIRECT_MIN_BYTES = 16 * 1024 * 1024; // below it, one request to the server is less work than four
let asked = null;

// Whether to send directly; asks the server once.
export async function mayGoDirectly(upload) {
  if (upload.size < DIRECT_MIN_BYTES || learned() === "no" || !globalThis.crypto?.subtle) return false;
  asked ??= callApi("GET", "/api/v1/uploads/ways");
  try {
    const { direct, part_size_min_bytes: least } = await asked;
    return Boolean(direct) && upload.size >= least;
  } catch (error) {
    asked = null;
    if (error.status === 404) return false;
    throw error;
  }
}

export const learned = () => sessionStorage.getItem(KEY);
export const learn = (reachable) => sessionStorage.setItem(KEY, reachable ? "yes" : "no");
