/** How a file that is attached and not sent yet looks: its tile over the text. */
import { sizeText } from "../lib/sizes.js";
import { word } from "../lib/words.js";
import { fileIcon, setIcon } from "./file_icons.js";

/** A camera's raw picture, in which its own notes stay. */
const RAW_TYPE = "image/x-dcraw";

const BUTTONS = { pause: ["waiting", "sending", "stalled"], resume: ["paused"], retry: ["failed"] };

/** What it says, and what can be done with it now. */
export function fillTile(tile, upload) {
  const { state } = upload;
  tile.dataset.state = state;
  const bar = tile.querySelector(".attached__progress");
  bar.hidden = !["waiting", "sending", "stalled", "paused", "looking"].includes(state);
  if (state === "looking") bar.removeAttribute("value");
  else bar.value = upload.size ? upload.sent / upload.size : 0;
  bar.setAttribute("aria-label", word("attach.progress", { name: upload.name }));
  const line = lineOf(upload);
  const words = tile.querySelector(".attached__state");
  if (words.textContent !== line) words.textContent = line;
  // Read out is how it ended, never each percent.
  const said = tile.querySelector(".attached__said");
  const news = state === "ready" || state === "failed" ? `${upload.name}: ${line}` : "";
  if (said.textContent !== news) said.textContent = news;
  const held = tile.contains(document.activeElement) ? document.activeElement : null;
  for (const [does, states] of Object.entries(BUTTONS)) tile.querySelector(`[data-does="${does}"]`).hidden = !states.includes(state) || (does === "retry" && Boolean(upload.final));
  // Paused by a key one goes on by the same; once it is there, with the words.
  if (held?.hidden) (tile.querySelector("[data-does=pause]:not([hidden]), [data-does=resume]:not([hidden])") ?? tile.closest("form").querySelector("textarea")).focus();
  const kind = upload.file?.kind ?? upload.source.type ?? "";
  tile.querySelector(".attached__alt").hidden = !/^(image|video)/.test(kind) || state === "failed";
  if (upload.file) setIcon(tile.querySelector(".attached__picture > .icon"), fileIcon(upload.file.kind));
}

/** How far it is, in words. */
export function lineOf({ state, error, note, file, sent, size: bytes }) {
  const size = sizeText(bytes);
  const about = file?.type === RAW_TYPE ? word("attach.raw", { size }) : "";
  return error || note || about || word(`attach.${state}`, { percent: Math.floor((100 * sent) / Math.max(1, bytes)), size });
}

export function showPicture(tile, upload) {
  const address = upload.file?.thumb ?? (upload.source.type?.startsWith("image/") ? URL.createObjectURL(upload.source) : null);
  const image = tile.querySelector("img");
  image.hidden = !address;
  tile.querySelector(".attached__picture > .icon").toggleAttribute("hidden", Boolean(address));
  if (!address) return;
  // What no browser draws shows its icon.
  image.addEventListener("error", () => {
    image.hidden = true;
    tile.querySelector(".attached__picture > .icon").removeAttribute("hidden");
  });
  image.src = address;
}

export function forgetPicture(tile) {
  const image = tile.querySelector("img");
  if (image.src.startsWith("blob:")) URL.revokeObjectURL(image.src);
}
