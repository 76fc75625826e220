// The form of a share: shows the fields that belong to the audience chosen, and finds people by name.

import { callApi } from "./api.js";

const form = document.querySelector("[data-share-form]");
const people = form.querySelector("[data-people]");
const found = form.querySelector("[data-found]");
const box = people.closest("fieldset");
const TYPING_MS = 300;
let typing = 0;
let asked = 0;

function choose() {
  const audience = form.elements.namedItem("audience").value;
  for (const part of form.querySelectorAll("[data-for]")) {
    part.hidden = part.disabled = part.dataset.for !== audience;
  }
  const forwards = form.elements.namedItem("forward_depth");
  forwards.disabled = audience === "person"; // what is for one person is not passed on
}

function option(person) {
  const label = document.createElement("label");
  label.className = "tick choice";
  const input = Object.assign(document.createElement("input"), { type: "radio", name: "person_id", value: person.person_id, required: true });
  const text = document.createElement("span");
  text.textContent = [person.name, person.clinic?.name, person.phone_tail && `*${person.phone_tail}`].filter(Boolean).join(" · ");
  label.append(input, text);
  return label;
}

async function find(text) {
  const mine = ++asked;
  if (!text) return people.replaceChildren();
  try {
    const answer = await callApi("GET", `/api/v1/people?${new URLSearchParams({ q: text, kind: "viewer" })}`);
    if (mine !== asked) return;
    people.replaceChildren(...answer.items.filter((person) => person.active).map(option));
    found.textContent = people.children.length ? (answer.complete ? "" : box.dataset.many) : box.dataset.none;
  } catch (error) {
    found.textContent = error.problem?.detail ?? form.dataset.offline;
  }
}

form.addEventListener("change", (event) => event.target.name === "audience" && choose());
form.querySelector("[data-who]").addEventListener("input", (event) => {
  clearTimeout(typing);
  typing = setTimeout(() => find(event.target.value.trim()), TYPING_MS);
});
choose();
