// Uploads a file with tus-js-client in pieces and lets it wait by its own rules while the server can't.
// Usage: node tus_js_waits.cjs ENDPOINT TOKEN FILE CHUNK_BYTES   Prints {"url", "retries"} as JSON.
const fs = require("node:fs");
const tus = require("tus-js-client");

const [endpoint, token, file, chunk] = process.argv.slice(2);
let retries = 0;

const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  chunkSize: Number(chunk),
  uploadSize: fs.statSync(file).size,
  retryDelays: Array(60).fill(200),
  onShouldRetry(error, _attempt, _options) {
    const status = error.originalResponse?.getStatus() ?? 0;
    retries += 1;
    return status === 0 || status >= 500 || status === 409 || status === 423;
  },
  onError(error) {
    console.error(String(error));
    process.exitCode = 1;
  },
  onSuccess() {
    console.log(JSON.stringify({ url: upload.url, retries }));
  },
});
upload.start();
