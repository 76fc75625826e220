// The files of a drop or a picker as [{file, path}]; folders are walked by name, files that systems leave behind are passed over.

export const FILES_MAX = 10_000;
const BY_NAME = new Intl.Collator(undefined, { numeric: true });
const LEFT_BEHIND = /^(\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|~\$.*)$/i;

export function chosen(input) {
  return [...input.files].map((file) => ({ file, path: folderOf(file.webkitRelativePath) })).filter(wanted).slice(0, FILES_MAX + 1);
}

// Must be called while the event is being handled: afterwards the browser takes the entries back.
export function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const roots = items.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  return walk(roots.filter(Boolean));
}

async function walk(roots) {
  const found = [];
  const open = roots.reverse();
  while (open.length && found.length <= FILES_MAX) {
    const entry = open.pop();
    if (entry instanceof File) found.push({ file: entry, path: "" });
    else if (entry.isDirectory) open.push(...(await children(entry)).reverse());
    else found.push({ file: await fileOf(entry), path: folderOf(entry.fullPath.slice(1)) });
  }
  return found.filter(wanted);
}

// A reader gives some entries at a time, in no order, and none at the end.
async function children(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length || all.length > FILES_MAX) return all.sort((one, other) => BY_NAME.compare(one.name, other.name));
    all.push(...some);
  }
}

const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));
const folderOf = (path) => path.split("/").slice(0, -1).join("/");
const wanted = ({ file }) => !LEFT_BEHIND.test(file.name);
