// The pages of the rules: a text tried and its hits shown in it, the list filtered, a draft checked, effects counted up.

import { callApi } from "./api.js";
import { clearProblem, showProblem } from "./problem_box.js";

const element = (tag, text, className) => Object.assign(document.createElement(tag), { textContent: text, className: className ?? "" });

// Offsets count code points, as the server does; a JavaScript string counts UTF-16 units.
function highlighted(text, hits) {
  const letters = [...text];
  const gravest = letters.map(() => "");
  const order = ["evidence", "review", "block"];
  for (const hit of hits)
    for (let at = hit.start; at < hit.end; at++)
      if (order.indexOf(hit.severity) > order.indexOf(gravest[at])) gravest[at] = hit.severity;
  const parts = [];
  for (let at = 0; at < letters.length; ) {
    let end = at;
    while (end < letters.length && gravest[end] === gravest[at]) end++;
    const words = letters.slice(at, end).join("");
    parts.push(gravest[at] ? element("mark", words, `hit-${gravest[at]}`) : document.createTextNode(words));
    at = end;
  }
  return parts;
}

function explained(hit, absent) {
  const item = document.createElement("li");
  item.append(element("strong", `${hit.rule.id} ${hit.rule.title}`), element("span", ` ${hit.quote ? `“${hit.quote}”` : absent}`, `hit-${hit.severity}`));
  item.append(element("p", `${hit.rule.plain} ${hit.rule.suggestion}`), element("p", hit.rule.basis.join("；"), "hint"));
  return item;
}

for (const form of document.querySelectorAll("[data-try]"))
  form.addEventListener("sealshare:done", (event) => {
    event.preventDefault();
    const { hits } = event.detail;
    const box = document.querySelector("[data-tried]");
    box.hidden = false;
    box.querySelector("[data-summary]").textContent = hits.length ? `${form.dataset.found} ${hits.length}` : form.dataset.none;
    box.querySelector("[data-shown]").replaceChildren(...highlighted(form.elements.text.value.trim(), hits));
    box.querySelector("[data-hits]").replaceChildren(...hits.map((hit) => explained(hit, form.dataset.absent)));
  });

function filter() {
  const words = document.querySelector("[data-filter]")?.value.trim().toLowerCase() ?? "";
  const weight = document.querySelector("[data-weight]")?.value ?? "";
  for (const rule of document.querySelectorAll("[data-rule]"))
    rule.hidden = !rule.textContent.toLowerCase().includes(words) || (weight !== "" && !rule.dataset.weights.split(" ").includes(weight));
}
document.querySelector("[data-filter]")?.addEventListener("input", filter);
document.querySelector("[data-weight]")?.addEventListener("change", filter);

for (const form of document.querySelectorAll("[data-draft]"))
  form.querySelector("[data-check]").addEventListener("click", async () => {
    const list = form.querySelector("[data-problems]");
    const status = form.querySelector("[data-checked]");
    clearProblem(form);
    try {
      const found = await callApi("POST", "/api/v1/rule-sets/check", { source: form.elements.source.value });
      list.hidden = found.problems.length === 0;
      list.replaceChildren(...found.problems.map((each) => problemAt(form.elements.source, each)));
      status.hidden = !found.version;
      status.textContent = found.version ? `${form.dataset.good} ${found.version}` : "";
    } catch (error) {
      showProblem(form, error.problem ?? { detail: form.dataset.offline });
    }
  });

// A press shows the line in the draft.
function problemAt(source, problem) {
  const item = document.createElement("li");
  const button = element("button", `${problem.line}: ${problem.field}`, "link mono");
  button.type = "button";
  button.addEventListener("click", () => {
    const lines = source.value.split("\n");
    const start = lines.slice(0, problem.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
    source.focus();
    source.setSelectionRange(start, start + (lines[problem.line - 1]?.length ?? 0));
    source.scrollTop = (source.scrollHeight / lines.length) * Math.max(0, problem.line - 4);
  });
  item.append(button, element("span", ` ${problem.message}`));
  return item;
}

function effect(item, words) {
  const line = document.createElement("li");
  const link = element("a", item.title);
  link.href = `/materials/${item.material_id}`;
  line.append(link, element("span", item.read ? (item.blocks ? ` ${words.wouldBlock}` : "") : ` ${words.unread}`, item.blocks ? "hit-block" : "hint"));
  for (const [sign, said] of [["+", item.new], ["−", item.settled]])
    for (const each of said) line.append(element("p", `${sign} ${each.rule} ${each.quote}`, "hint"));
  return line;
}

for (const section of document.querySelectorAll("[data-effects]"))
  section.querySelector("[data-begin]").addEventListener("click", async (event) => {
    const bar = section.querySelector("progress");
    const list = section.querySelector("[data-list]");
    const status = section.querySelector("[data-status]");
    event.target.disabled = true;
    list.replaceChildren();
    bar.hidden = false;
    let after = null;
    let done = 0;
    try {
      do {
        const found = await callApi("POST", section.dataset.effects, { after });
        done += found.items.length;
        bar.max = found.total || 1;
        bar.value = done;
        status.textContent = `${done} / ${found.total}`;
        for (const item of found.items) if (!item.read || item.new.length || item.settled.length) list.append(effect(item, section.dataset));
        after = found.next;
      } while (after);
      bar.value = bar.max;
      status.textContent = list.children.length ? section.dataset.doneText : section.dataset.none;
    } catch (error) {
      status.textContent = error.problem?.detail ?? error.message;
    } finally {
      event.target.disabled = false;
    }
  });
