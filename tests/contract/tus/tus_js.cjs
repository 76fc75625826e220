// Uploads a file with tus-js-client, breaks off after a part of it, and goes on as a new upload of the same address.
// Usage: node tus_js.cjs ENDPOINT TOKEN FILE CHUNK_BYTES|all   Prints {"url", "resumedAt"} as JSON.
const fs = require("node:fs");
const tus = require("tus-js-client");

const [endpoint, token, file, chunk] = process.argv.slice(2);
const size = fs.statSync(file).size;

function upload(options) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(fs.createReadStream(file), {
      endpoint,
      headers: { Authorization: `Bearer ${token}` },
      chunkSize: chunk === "all" ? Infinity : Number(chunk),
      uploadSize: size,
      metadata: { filename: "film.mp4", filetype: "video/mp4" },
      retryDelays: [0, 100, 500],
      onError: reject,
      onSuccess: () => resolve(one),
      ...options(() => one, resolve),
    });
    one.start();
  });
}

async function main() {
  const broken = await upload((self, resolve) => ({
    onProgress(sent) {
      if (sent > size / 2) self().abort().then(() => resolve(self()));
    },
  }));
  let resumedAt = null;
  const finished = await upload(() => ({
    uploadUrl: broken.url,
    onProgress(sent) {
      resumedAt ??= sent;
    },
  }));
  console.log(JSON.stringify({ url: finished.url, resumedAt }));
}

main().catch((error) => {
  console.error(String(error));
  process.exitCode = 1;
});
