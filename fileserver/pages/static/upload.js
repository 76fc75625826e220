// One file on its way: what it is, where it stands, and what it is told. States:
//
//   waiting → checking → sending → verifying → done      used: a version was made of it before     same: twice in the list
//                 ↕ holding (waits for the network, the server or the store)          paused, failed, cancelled

import { Speed } from "./upload_figures.js";

export class Upload extends EventTarget {
  state = "waiting";
  reason = ""; // why it holds or failed, a key of texts
  text = ""; // what the server said, if it is told as it is
  sent = 0;
  kept = 0; // of what was sent, as far as the server has said that it keeps it
  verified = 0;
  uploadId = null;
  way = null;
  partSize = null;
  materialId = null;
  title = ""; // of that material
  fingerprint = null;
  anew = false; // send it although it is known
  refused = new Set(); // ids of uploads that the server would not go on with
  speed = new Speed();

  constructor(number, { file, path = "", name = file.name, size = file.size }) {
    super();
    Object.assign(this, { number, file, path, name, size });
  }

  become(state, more = {}) {
    const before = this.state;
    Object.assign(this, { reason: "", text: "" }, more, { state });
    if (state !== "sending") this.speed.reset();
    if (state === "done") this.sent = this.size;
    this.#tell("state", { before });
  }

  begun(uploadId, way) {
    Object.assign(this, { uploadId, way });
  }

  // Bytes that left, counted anew from where an attempt begins.
  progress(sent) {
    const moved = this.state === "sending" ? Math.max(0, sent - this.sent) : 0;
    this.sent = sent;
    if (this.state !== "sending") this.become("sending");
    this.speed.add(sent);
    this.#tell("progress", { moved });
  }

  // Begins anew: what the server had of it is not there any more, or is not to be used.
  forget() {
    if (this.uploadId) this.refused.add(this.uploadId);
    Object.assign(this, { uploadId: null, way: null, partSize: null, materialId: null, sent: 0, kept: 0, verified: 0 });
  }

  // An upload that the server knows: goes on with it, or needs not be sent at all.
  adopt(found) {
    this.begun(found.id, found.way ?? "streamed");
    Object.assign(this, { partSize: found.part_size_bytes, materialId: found.material_id, sent: found.offset_bytes });
  }

  get isOver() {
    return ["done", "used", "same", "cancelled"].includes(this.state);
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
