/**
 * In a row of the timeline: the files sent with it. Pictures in boxes of known size, everything else as a card.
 * Of a message that is not sent yet they show how far they are.
 */
import { clone } from "../../lib/dom.js";
import { on } from "../../lib/events.js";
import { fitted, sizeText } from "../../lib/sizes.js";
import { fileIcon, setIcon } from "../file_icons.js";

export function fill(row, message) {
  const place = row.querySelector(".files");
  const files = message.attachments ?? [];
  // A reaction changes the message and not its files: no picture is drawn again for it.
  const state = JSON.stringify(files);
  if (place.dataset.shown === state) return;
  place.dataset.shown = state;
  for (const image of place.querySelectorAll('img[src^="blob:"]')) URL.revokeObjectURL(image.src);
  place.replaceChildren(...files.map(fileElement));
  place.hidden = files.length === 0;
  adopt(row);
}

export function adopt(row) {
  for (const image of row.querySelectorAll(".file__picture")) {
    if (image.complete && image.naturalWidth) uncover(image);
    else image.addEventListener("load", () => uncover(image), { once: true });
  }
}

export function pending(row, entry) {
  const files = entry.shown?.files ?? [];
  const place = row.querySelector(".files");
  place.replaceChildren(...files.map(pendingElement));
  place.hidden = files.length === 0;
}

on("tw:upload.changed", ({ upload }) => {
  for (const bar of document.querySelectorAll(`.files [data-upload="${upload.key}"] progress`)) showProgress(bar, upload);
});

function showProgress(bar, upload) {
  bar.hidden = upload.state === "ready" || upload.state === "failed";
  if (upload.state === "looking") bar.removeAttribute("value");
  else bar.value = upload.size ? upload.sent / upload.size : 0;
}

/** One file, from the wire. */
export function fileElement(file) {
  return file.kind === "image" ? imageElement(file) : cardElement(file);
}

function imageElement(file) {
  const link = clone("file-image-template");
  link.href = file.url;
  link.dataset.file = file.id;
  const blur = link.querySelector(".file__blur");
  blur.hidden = !file.placeholder;
  if (file.placeholder) blur.src = file.placeholder;
  const source = link.querySelector("source");
  if (file.animated) source.srcset = file.url;
  else source.remove();
  const image = link.querySelector(".file__picture");
  Object.assign(image, fitted(file.width, file.height), { alt: file.alt || file.name, src: file.thumb });
  return link;
}

function cardElement(file) {
  const card = clone("file-card-template");
  card.href = `${file.url}?download`;
  Object.assign(card.dataset, { file: file.id, kind: file.kind });
  card.querySelector(".file__name").textContent = file.name;
  card.querySelector(".file__size").textContent = sizeText(file.size);
  setIcon(card.querySelector(".icon"), fileIcon(file.kind));
  return card;
}

/** Not there yet: nothing to open. */
function pendingElement(file) {
  const card = clone("file-card-template");
  const element = document.createElement("div");
  element.className = "file file--card file--pending";
  element.dataset.upload = file.key;
  element.append(...card.children);
  element.querySelector(".file__name").textContent = file.name;
  element.querySelector(".file__size").textContent = sizeText(file.size);
  element.querySelector(".icon--sm").remove();
  element.querySelector(".sr-only").remove();
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.value = 0;
  bar.className = "file__progress";
  bar.setAttribute("aria-label", file.name);
  element.append(bar);
  if (file.picture) showPicture(element, file);
  return element;
}

function showPicture(element, file) {
  const image = document.createElement("img");
  image.className = "file__small";
  image.alt = "";
  // After a reload an address of this page's memory leads nowhere: then the icon stays.
  image.addEventListener("load", () => element.querySelector(".icon").replaceWith(image), { once: true });
  image.src = file.picture;
}

function uncover(image) {
  image.closest(".file").querySelector(".file__blur")?.remove();
}
