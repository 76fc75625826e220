// The ways in which tus-js-client is used here, the same in Node and in a page.
// run(tus, way, file, options) resolves to {url, resumedAt, terminated} once the client says that it is done.
const WAYS = {
  plain: {},
  chunks: { chunkSize: 3_000_000 },
  parallel: { parallelUploads: 3 },
  deferred: { uploadLengthDeferred: true, chunkSize: 3_000_000 },
  "ietf-draft-03": { protocol: "ietf-draft-03", chunkSize: 5_000_000 },
  "ietf-draft-05": { protocol: "ietf-draft-05", chunkSize: 5_000_000 },
  "ietf-draft-05 at once": { protocol: "ietf-draft-05", uploadDataDuringCreation: true },
  "with creation": { uploadDataDuringCreation: true },
  override: { overridePatchMethod: true, chunkSize: 5_000_000 },
};

function upload(tus, file, options, more = () => ({})) {
  return new Promise((resolve, reject) => {
    const one = new tus.Upload(file(), {
      retryDelays: [0, 100, 500],
      metadata: { filename: "film.mp4", filetype: "video/mp4" },
      ...options,
      onError: reject,
      onSuccess: () => resolve(one),
      ...more(() => one, resolve, reject),
    });
    one.start();
  });
}

function brokenOff(tus, file, options, size) {
  return upload(tus, file, options, (self, resolve) => ({
    onProgress(sent) {
      if (sent > size / 2) self().abort().then(() => resolve(self()));
    },
  }));
}

// Broken off, and found again by the file's fingerprint, as after a closed tab.
async function resumed(tus, file, options, size) {
  await brokenOff(tus, file, options, size);
  let resumedAt = null;
  const one = await new Promise((resolve, reject) => {
    const again = new tus.Upload(file(), {
      ...options,
      onError: reject,
      onSuccess: () => resolve(again),
      onProgress(sent) {
        resumedAt ??= sent;
      },
    });
    again.findPreviousUploads().then((found) => {
      if (found.length !== 1) return reject(new Error(`${found.length} previous uploads`));
      again.resumeFromPreviousUpload(found[0]);
      again.start();
    }, reject);
  });
  return { url: one.url, resumedAt };
}

async function terminated(tus, file, options, size) {
  const one = await brokenOff(tus, file, options, size);
  await tus.Upload.terminate(one.url, options);
  return { url: one.url, terminated: true };
}

async function run(tus, way, file, options, size) {
  if (way === "resumed") return resumed(tus, file, { ...options, chunkSize: 2_000_000 }, size);
  if (way === "parallel resumed") {
    return resumed(tus, file, { ...options, parallelUploads: 3, chunkSize: 1_000_000 }, size);
  }
  if (way === "terminated") return terminated(tus, file, { ...options, chunkSize: 2_000_000 }, size);
  return { url: (await upload(tus, file, { ...options, ...WAYS[way] })).url };
}

if (typeof module === "object") module.exports = { run };
else globalThis.run = run;
