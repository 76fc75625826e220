// The part of a page that takes files: a zone to drop them on, pickers for files and folders, the queue and what shows it.
//
//   <div data-uploader>, made by templates/uploader.html; startUploader returns its queue
//
//   dropped_files → queue ⇄ upload (one file and where it stands)        upload_rows, upload_total: show the queue
//                     ↓                                                  earlier_uploads: what the server knows from before
//                  sending → fingerprint (is it known?), ways (which way?), patience (wait or give up?)
//                     ↓
//                  tus_way (through the server) or direct, direct_part (straight to the store)

import { FILES_MAX, chosen, dropped } from "./dropped_files.js";
import { Queue } from "./queue.js";
import { Rows } from "./upload_rows.js";
import { Total } from "./upload_total.js";
import { fill, size } from "./upload_figures.js";

const NAMED_MAX = 5;

export function startUploader(root) {
  const texts = JSON.parse(root.querySelector("[data-uploader-texts]").textContent);
  const queue = new Queue();
  new Rows(queue, root, texts);
  new Total(queue, root, texts);
  const take = taking(root, queue, texts);
  takeChosen(root, take);
  takeDropped(root, take);
  window.addEventListener("beforeunload", (event) => queue.unfinished && event.preventDefault());
  return { queue, texts };
}

function taking(root, queue, texts) {
  const { multiple } = root.querySelector("[data-file]");
  const announcer = root.querySelector("[data-announcer]");
  const limit = multiple ? FILES_MAX : 1;
  const kinds = new RegExp(`.[.](${texts.kinds})$`, "i"); // the checks refuse all others: those are not even sent
  return (files) => {
    const [fit, others] = [true, false].map((is) => files.filter(({ file }) => kinds.test(file.name) === is));
    const taken = fit.slice(0, limit);
    queue.add(taken);
    const bytes = taken.reduce((sum, { file }) => sum + file.size, 0);
    const told = multiple && fit.length > limit ? [fill(texts.tooMany, { n: limit })] : [];
    if (others.length) told.push(fill(texts.notAccepted, { n: others.length, names: others.slice(0, NAMED_MAX).map(({ file }) => file.name).join(" · ") }));
    announcer.textContent = [taken.length ? fill(texts.added, { n: taken.length, size: size(bytes) }) : "", ...told].join(" ");
    showNotice(root, told.join(" ") || (files.length ? "" : texts.nothing));
  };
}

function showNotice(root, text) {
  const notice = root.querySelector("[data-drop-notice]");
  notice.textContent = text;
  notice.hidden = !text;
}

function takeChosen(root, take) {
  for (const input of root.querySelectorAll("[data-file], [data-folder]")) {
    if ("folder" in input.dataset && !("webkitdirectory" in input)) input.closest("[data-picker]").hidden = true;
    input.addEventListener("change", () => {
      take(chosen(input));
      input.value = "";
    });
  }
}

function takeDropped(root, take) {
  const zone = root.querySelector("[data-drop]");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      event.preventDefault(); // a file dropped beside the zone must not replace the page
      zone.classList.toggle("over", event.dataTransfer?.types.includes("Files") ?? true);
    });
  }
  document.addEventListener("dragleave", (event) => event.relatedTarget || zone.classList.remove("over"));
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    take(await dropped(event.dataTransfer));
  });
}
