// The form of a share: presets fill its fields, the fields of the audience chosen show, people are found by name.

import { callApi } from "./api.js";

const form = document.querySelector("[data-share-form]");
const people = form.querySelector("[data-people]");
const found = form.querySelector("[data-found]");
const box = people.closest("fieldset");
const presets = form.querySelector("[data-presets]");
const told = presets.querySelector("[role=status]");
const TYPING_MS = 300;
let typing = 0;
let asked = 0;

function choose() {
  const audience = form.elements.namedItem("audience").value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.disabled = part.dataset.for !== audience;
  }
  const forwards = form.elements.namedItem("forward_depth");
  forwards.disabled = audience === "person" && people.querySelectorAll(":checked").length < 2; // what is for one person is not passed on
}

// A preset only fills in: what it did not name stays, and all of it can be changed afterwards.
function fill(button) {
  const values = JSON.parse(presets.dataset.presets)[button.dataset.preset];
  for (const [name, value] of Object.entries(values)) {
    const field = form.elements.namedItem(name);
    if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
  for (const each of presets.querySelectorAll("[data-preset]")) each.setAttribute("aria-pressed", String(each === button));
  told.textContent = told.dataset.filled;
  choose();
}

function option(person) {
  const label = document.createElement("label");
  label.className = "tick choice";
  const input = Object.assign(document.createElement("input"), { type: "checkbox", name: "person_ids[]", value: person.person_id });
  const text = document.createElement("span");
  text.textContent = [person.name, person.clinic?.name, person.phone_tail && `*${person.phone_tail}`].filter(Boolean).join(" · ");
  label.append(input, text);
  return label;
}

// Whoever was ticked stays in the list while others are looked for.
function show(items) {
  const ticked = [...people.children].filter((label) => label.querySelector(":checked"));
  const known = new Set(ticked.map((label) => label.querySelector("input").value));
  people.replaceChildren(...ticked, ...items.filter((person) => person.active && !known.has(person.person_id)).map(option));
}

async function find(text) {
  const mine = ++asked;
  if (!text) return show([]);
  try {
    const answer = await callApi("GET", `/api/v1/people?${new URLSearchParams({ q: text, kind: "viewer" })}`);
    if (mine !== asked) return;
    show(answer.items);
    found.textContent = answer.items.length ? (answer.complete ? "" : box.dataset.many) : box.dataset.none;
  } catch (error) {
    found.textContent = error.problem?.detail ?? form.dataset.offline;
  }
}

form.addEventListener("change", (event) => ["audience", "person_ids[]"].includes(event.target.name) && choose());
form.addEventListener("click", (event) => event.target.matches("[data-preset]") && fill(event.target));
form.querySelector("[data-who]").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => find(event.target.value.trim()), TYPING_MS);
});
choose();
