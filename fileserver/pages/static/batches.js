// Sends a long list in pieces, in order. What the API refuses for one of many is found by halving, and kept with its reason; what
// fails otherwise (no network, no session) ends it there.
//
//   <form data-api="…" data-batch="clinics" data-batch-max="100">   the list is the body's member `clinics`
//
// Each item's first member is the value of an input in its table row. Rows of what is done go away, rows of what was refused say why.
// [data-batch-progress] says how far it is: {done} of {total}, and {refused}.

const REFUSALS = [403, 404, 409, 422];

// Whether a refusal is one of items, and not of what all of them share.
function isOfItems(problem, name) {
  const errors = problem?.errors ?? (problem?.field ? [problem] : []);
  const named = errors.every((each) => (each.field ?? name).replace(/^\//, "").startsWith(name));
  return REFUSALS.includes(problem?.status) && named;
}

async function send(pieces, name, one, settled) {
  while (pieces.length) {
    const piece = pieces.shift();
    try {
      await one(piece);
      settled(piece, null);
    } catch (error) {
      if (!isOfItems(error.problem, name)) throw error;
      if (piece.length === 1) settled(piece, error.problem);
      else pieces.unshift(piece.slice(0, piece.length / 2), piece.slice(piece.length / 2));
    }
  }
}

function rowOf(form, item) {
  return form.querySelector(`input[value="${CSS.escape(Object.values(item)[0])}"]`)?.closest("tr");
}

function say(form, problem, item) {
  const row = rowOf(form, item);
  if (!row) return;
  if (!problem) return row.remove();
  row.querySelector("[data-refused]")?.remove();
  const note = document.createElement("p");
  note.className = "field-error";
  note.dataset.refused = "";
  note.textContent = problem.detail ?? problem.title;
  row.cells[0].append(note);
}

// How many were refused. `call` sends one body.
export async function sendInBatches(form, body, call) {
  const name = form.dataset.batch;
  const all = body[name] ?? [];
  const max = Number(form.dataset.batchMax);
  const pieces = [];
  for (let at = 0; at < all.length; at += max) pieces.push(all.slice(at, at + max));
  const progress = form.querySelector("[data-batch-progress]");
  const counts = { done: 0, refused: 0, total: all.length };
  const settled = (piece, problem) => {
    counts[problem ? "refused" : "done"] += piece.length;
    piece.forEach((item) => say(form, problem, item));
    if (!progress) return;
    progress.hidden = false;
    progress.textContent = progress.dataset.text.replace(/\{(\w+)\}/g, (_, each) => counts[each]);
  };
  await send(pieces, name, (piece) => call({ ...body, [name]: piece }), settled);
  return counts.refused;
}
