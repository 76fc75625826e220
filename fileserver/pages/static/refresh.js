// Keeps a part of a page fresh: <div data-refresh="3000"> is replaced by the same part of the same page, read anew.
// While that fails, [data-refresh-stale] says so and the last figures stay. A page that nobody looks at asks nothing.

const SLOWEST_MS = 30_000;

async function readAnew() {
  const answer = await fetch(window.location.href, { headers: { Accept: "text/html" }, redirect: "error" });
  if (!answer.ok) throw new Error(answer.statusText);
  const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-refresh]");
  if (!part) throw new Error("the page has changed");
  return part;
}

async function refresh(box) {
  const note = document.querySelector("[data-refresh-stale]");
  const every = Number(box.dataset.refresh);
  let wait = every;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (document.hidden || box.querySelector("details[open], .means > button:focus")) continue; // somebody reads what is unfolded
    try {
      box.replaceChildren(...(await readAnew()).childNodes);
      wait = every;
      note.hidden = true;
    } catch {
      wait = Math.min(wait * 2, SLOWEST_MS);
      note.hidden = false;
    }
  }
}

document.querySelectorAll("[data-refresh]").forEach(refresh);
