// The page of somebody's own uploads: files are dropped without a material, and what came before is listed.

import { startEarlier } from "./earlier_uploads.js";
import { startUploader } from "./uploader.js";

const root = document.querySelector("[data-uploader]");
const { queue, texts } = startUploader(root);
startEarlier(document.querySelector("[data-earlier]"), queue, texts);
