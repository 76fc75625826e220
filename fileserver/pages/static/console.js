// Small things that every page of the console may use; each begins with a data- attribute.

const toast = document.querySelector("[data-toast]");
const TOAST_MS = 3000;
let fading = 0;

export function say(text) {
  toast.textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (toast.textContent = ""), TOAST_MS);
}

// <button data-copy="#link" data-copied="Copied.">
async function copy(button) {
  const field = document.querySelector(button.dataset.copy);
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    document.execCommand("copy"); // pages over plain http have no clipboard
  }
  say(button.dataset.copied);
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy], [data-opens], [data-closes]");
  if (!button) return;
  if (button.dataset.copy) copy(button);
  else if (button.dataset.opens) document.querySelector(button.dataset.opens).showModal();
  else button.closest("dialog").close();
});

// <form data-reveal="token"> shows a secret of the answer once; <form data-message="Saved."> says so and stays.
document.addEventListener("sealshare:done", (event) => {
  const { reveal, message } = event.target.dataset;
  const secret = reveal && event.detail[reveal];
  if (secret) {
    event.preventDefault();
    const dialog = document.querySelector("[data-secret]");
    dialog.querySelector("input").value = secret;
    dialog.addEventListener("close", () => window.location.reload(), { once: true });
    event.target.closest("dialog")?.close();
    dialog.showModal();
  } else if (message) {
    event.preventDefault();
    event.target.reset();
    say(message);
  }
});

// A thumbnail that can't be had leaves its place to the words behind it.
for (const image of document.querySelectorAll("[data-thumb]")) {
  const fail = () => image.classList.add("failed");
  if (image.complete && image.src && !image.naturalWidth && image.loading !== "lazy") fail();
  image.addEventListener("error", fail);
}

// The menu of places closes when somebody turns to something else.
const menu = document.querySelector("[data-menu]");
document.addEventListener("pointerdown", (event) => menu && !menu.contains(event.target) && (menu.open = false));
menu?.addEventListener("focusout", (event) => event.relatedTarget && !menu.contains(event.relatedTarget) && (menu.open = false));
menu?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !menu.open) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
