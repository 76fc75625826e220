// Reads a share: begins the visit, shows its sealed pages as they are scrolled to, renews their addresses before they end.

import { callApi } from "./api.js";
import { addZoom } from "./zoom.js";

const root = document.getElementById("viewer");
const texts = JSON.parse(document.getElementById("viewer-texts").textContent);
const part = (name) => root.querySelector(`[data-${name}]`);
const RENEW_BEFORE_MS = 20_000;
const PREPARING_POLL_MS = 2_000;
const AHEAD = "150% 0px"; // load a page and a half before it is reached

const ASKED = ["share-locked", "pledge-missing"]; // rules behind which the door asks for something
const ASKABLE = ["share-revoked", "share-expired", "share-used-up", "share-full", "outside-audience"]; // that whoever shared it can help with

let visit = null;
let renewing = null;
let reading = null; // a promise: what reports reading comes after what is read
let ahead = null;

const say = (text) => {
  part("status").textContent = text;
  part("status").hidden = !text;
};

function refuse(error) {
  const problem = error.problem;
  say("");
  part("forwarded").hidden = true;
  part("facts").hidden = true;
  part("pages").replaceChildren();
  part("counter").hidden = true;
  if (ASKED.includes(problem?.rule)) return ask();
  part("refused-title").textContent = problem?.rule ? texts.closed : (problem?.title ?? texts.offlineTitle);
  part("refused-text").textContent = problem ? (problem.detail ?? "") : texts.offline;
  part("again").hidden = Boolean(problem?.rule); // a rule says the same again
  part("refused").hidden = false;
  if (ASKABLE.includes(problem?.rule)) offer("open");
}

function showFacts() {
  document.title = visit.title;
  part("title").textContent = visit.title;
  part("description").textContent = visit.description;
  part("description").hidden = !visit.description;
  part("download").hidden = !visit.download_url;
  if (visit.download_url) part("download").href = visit.download_url;
  part("forward").hidden = visit.forward_depth_left < 1;
  part("ask-forward").hidden = !visit.forward_askable;
  part("left").textContent = texts.forwardLeft[Math.min(visit.forward_depth_left, texts.forwardLeft.length - 1)];
  if (visit.forward_depth_left > 0 && !ahead) getAhead();
  part("facts").hidden = false;
  part("refused").hidden = true;
}

// A page that failed is asked for again with a fresh address; if that fails too, the server's answer says why.
async function load(image) {
  const number = Number(image.dataset.page);
  image.closest("li").classList.add("loading");
  try {
    await renewIfNeeded();
    const response = await fetch(visit.pages[number - 1].url, { headers: { Accept: "image/jpeg, application/problem+json" } });
    if (!response.ok) throw Object.assign(new Error(response.statusText), { problem: await response.json() });
    const address = URL.createObjectURL(await response.blob());
    const token = response.headers.get("Reading-Token");
    reading.then(({ served }) => served(number, token));
    image.onload = () => URL.revokeObjectURL(address);
    image.src = address;
    image.closest("li").classList.remove("loading", "failed");
  } catch (error) {
    if (error.problem) return refuse(error);
    image.closest("li").classList.remove("loading");
    image.closest("li").classList.add("failed");
  }
}

function pageItem({ page, width_px: width, height_px: height }) {
  const item = document.createElement("li");
  const image = document.createElement("img");
  Object.assign(image, { width, height, alt: texts.page.replace("{page}", page), draggable: false });
  image.dataset.page = page;
  const retry = document.createElement("button");
  Object.assign(retry, { type: "button", className: "button quiet retry", textContent: texts.retry });
  retry.addEventListener("click", () => load(image));
  item.append(image, retry);
  addZoom(item, () => zoomsOf(page), texts);
  return item;
}

async function zoomsOf(page) {
  await renewIfNeeded();
  return visit.pages[page - 1].zooms;
}

function showPages() {
  const items = visit.pages.map(pageItem);
  part("pages").replaceChildren(...items);
  reading ??= import("./reading.js").then(({ createReading }) => createReading(visit.id, visit.reading_seq, part("pages")));
  const loader = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => {
      loader.unobserve(entry.target);
      load(entry.target.querySelector("img"));
    }),
    { rootMargin: AHEAD },
  );
  const counter = new IntersectionObserver(
    (entries) => entries.filter((entry) => entry.isIntersecting).forEach((entry) => count(entry.target)),
    { threshold: 0.5 },
  );
  items.forEach((item) => (loader.observe(item), counter.observe(item)));
  part("counter").hidden = items.length < 2;
}

function count(item) {
  const number = [...item.parentElement.children].indexOf(item) + 1;
  part("counter").textContent = `${number} / ${visit.pages.length}`;
}

async function renewIfNeeded() {
  if (Date.parse(visit.addresses_expire_at) - Date.now() > RENEW_BEFORE_MS) return;
  renewing ??= callApi("GET", `/api/v1/visits/${visit.id}`).finally(() => (renewing = null));
  visit = await renewing;
  if (visit.download_url) part("download").href = visit.download_url;
}

// What few shares need is fetched when it is needed, once.
let door = null;
const requests = {};

async function ask() {
  door ??= import("./door.js").then(({ doorOf }) => doorOf(root, { opened: open, refused: refuse }));
  (await door)();
}

async function offer(need) {
  requests[need] ??= import("./request.js").then(({ requestOf }) => requestOf(root, texts, need));
  (await requests[need])();
}

async function open() {
  part("refused").hidden = true;
  say(texts.loading);
  try {
    visit = await callApi("POST", "/api/v1/visits", { token: root.dataset.token });
    show();
  } catch (error) {
    refuse(error);
  }
}

function show() {
  showFacts();
  if (visit.status === "ready") {
    say("");
    showPages();
  } else if (visit.status === "preparing") {
    say(texts.preparing);
    setTimeout(refresh, PREPARING_POLL_MS);
  } else {
    say("");
    part("refused-title").textContent = texts.notSealableTitle;
    part("refused-text").textContent = texts.notSealable;
    part("refused").hidden = false;
  }
}

async function refresh() {
  try {
    visit = await callApi("GET", `/api/v1/visits/${visit.id}`);
    show();
  } catch (error) {
    refuse(error);
  }
}

// A share sheet opens at a touch or not at all: its link is there before, and counts once the click is confirmed.
async function getAhead() {
  const made = callApi("POST", `/api/v1/visits/${visit.id}/forward/ahead`, { count: 1 });
  ahead = await made.then(({ items }) => items[0]).catch(() => null);
}

function passOn(url) {
  part("forward-link").value = url;
  part("forwarded").hidden = false;
  part("forward-link").select();
  navigator.share?.({ title: visit.title, url }).catch(() => {});
}

async function forward() {
  const link = ahead;
  ahead = null;
  try {
    if (link) passOn(link.url);
    const path = `/api/v1/visits/${visit.id}/forward`;
    const confirm = () => callApi("POST", `${path}/confirm`, { token: link.token }, undefined, true);
    const child = await (link ? confirm() : callApi("POST", path));
    if (!link) passOn(child.url);
    getAhead();
  } catch (error) {
    part("forwarded").hidden = true;
    say(error.problem?.detail ?? texts.offline);
  }
}

async function copy() {
  await navigator.clipboard.writeText(part("forward-link").value);
  say(texts.copied);
}

part("again").addEventListener("click", open);
part("forward").addEventListener("click", forward);
part("ask-forward").addEventListener("click", () => offer("forward"));
part("copy").addEventListener("click", copy);
part("download").addEventListener("click", async (event) => {
  if (Date.parse(visit.addresses_expire_at) - Date.now() > RENEW_BEFORE_MS) return;
  event.preventDefault();
  await renewIfNeeded();
  window.location.assign(visit.download_url);
});
part("leave").addEventListener("submit", async (event) => {
  event.preventDefault();
  await callApi("DELETE", "/api/v1/sessions/current").catch(() => {});
  window.location.reload();
});
document.querySelector("[data-told]")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = event.currentTarget;
  try {
    await callApi("POST", event.target.dataset.read);
    event.target.closest("li").remove();
    if (!told.querySelector("li")) told.remove();
  } catch (error) {
    say(error.problem?.detail ?? texts.offline);
  }
});
root.addEventListener("contextmenu", (event) => event.target instanceof HTMLImageElement && event.preventDefault());
window.addEventListener("load", () => (document.documentElement.dataset.ready = "")); // every form has its script now
open();
