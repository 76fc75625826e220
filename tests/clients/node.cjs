// Uploads a file with tus-js-client in Node. Usage: node node.cjs ENDPOINT TOKEN FILE WAY
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { PassThrough } = require("node:stream");
const tus = require("tus-js-client");
const { run } = require("./ways.cjs");

const [endpoint, token, name, way] = process.argv.slice(2);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "tus-"));
const options = {
  endpoint,
  headers: { Authorization: `Bearer ${token}` },
  urlStorage: new tus.FileUrlStorage(path.join(folder, "urls.json")),
  removeFingerprintOnSuccess: true,
};

// A stream that the client can't ask for its size; of a file it would know it, and say more than it then sends.
const file = () => (way === "deferred" ? fs.createReadStream(name).pipe(new PassThrough()) : fs.createReadStream(name));

run(tus, way, file, options, fs.statSync(name).size)
  .then((answer) => console.log(JSON.stringify(answer)))
  .catch((error) => {
    console.error(String(error));
    process.exitCode = 1;
  })
  .finally(() => fs.rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 100 }));
