// By what a file is known again: its size, its time of change, and a hash of its name and of samples of its content.
//
// Not for security: whoever can choose files can choose any. It keeps the wrong file from going on where another stopped.

const SAMPLE_BYTES = 16 * 1024;

export async function fingerprintOf(file) {
  const middle = Math.floor(file.size / 2);
  const starts = [0, middle, Math.max(0, file.size - SAMPLE_BYTES)];
  const samples = starts.map((start) => file.slice(start, start + SAMPLE_BYTES));
  const bytes = new Uint8Array(await new Blob([file.name, "\0", ...samples]).arrayBuffer());
  return `1-${file.size}-${file.lastModified}-${hash(bytes)}`;
}

// Two 32-bit FNV-1a hashes from different starts.
function hash(bytes) {
  let [one, two] = [0x811c9dc5, 0x1234abcd];
  for (const byte of bytes) {
    one = Math.imul(one ^ byte, 0x01000193);
    two = Math.imul(two ^ byte, 0x01000193) ^ (one >>> 15);
  }
  return [one, two].map((each) => (each >>> 0).toString(16).padStart(8, "0")).join("");
}
