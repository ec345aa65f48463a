/**
 * In a row of the timeline: the files sent with it. Pictures in boxes of known size, everything else as a card.
 * Of a message that is not sent yet they show how far they are.
 */
import { clone } from "../../lib/dom.js";
import { on } from "../../lib/events.js";
import { fitted, sizeText } from "../../lib/sizes.js";
import { plural } from "../../lib/words.js";
import { lineOf } from "../attached.js";
import { fileIcon, setIcon } from "../file_icons.js";

export function fill(row, message) {
  const place = row.querySelector(".files");
  const files = message.attachments ?? [];
  // Of the same files only a description changes: nothing is drawn again for it, nor for a reaction, and a sound plays on.
  const shown = [...place.children];
  const same = String(shown.map(({ dataset }) => dataset.file)) === String(files.map(({ id }) => id));
  if (same) return shown.forEach((element, at) => describe(element, files[at]));
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
  // Not part of every visit. Where they cannot be had, the browser's player and the card are there all the same.
  if (row.querySelector(".file--sound, .file--video")) import("../player.js").then(({ adoptPlayers }) => adoptPlayers(row), () => {});
  if (row.querySelector(".file--text")) import("../beginnings.js").then(({ readBeginnings }) => readBeginnings(row), () => {});
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
  bar.parentElement.querySelector(".file__size").textContent = lineOf(upload);
}

/** One file, from the wire. */
function fileElement(file) {
  return (ELEMENTS[file.kind] ?? cardElement)(file);
}

const ELEMENTS = { image: imageElement, video: videoElement, audio: soundElement, voice: soundElement, text: textElement, pdf: paperElement };

function imageElement(file) {
  const link = clone("file-image-template");
  link.href = file.url;
  Object.assign(link.dataset, { file: file.id, name: file.name, width: file.width, height: file.height });
  const blur = link.querySelector(".file__blur");
  blur.hidden = !file.placeholder;
  if (file.placeholder) blur.src = file.placeholder;
  const source = link.querySelector("source");
  if (file.animated) source.srcset = file.url;
  else source.remove();
  const image = link.querySelector(".file__picture");
  Object.assign(image, fitted(file.width, file.height), { src: file.thumb });
  describe(link, file);
  return link;
}

/** What a picture or a film is called for who cannot see it. */
function describe(element, { alt, name }) {
  const picture = element.querySelector(".file__picture");
  if (picture) picture.alt = alt || name;
  element.querySelector("video")?.setAttribute("aria-label", alt || name);
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

function videoElement(file) {
  const element = named("file-video-template", file);
  const video = element.querySelector("video");
  if (file.width && file.height) Object.assign(video, fitted(file.width, file.height));
  describe(element, file);
  video.src = file.url;
  return element;
}

function soundElement(file) {
  const element = named("file-sound-template", file);
  Object.assign(element.dataset, { duration: file.duration ?? "", waveform: (file.waveform ?? []).join(" ") });
  const audio = element.querySelector("audio");
  audio.preload = file.duration ? "none" : "metadata";
  audio.setAttribute("aria-label", file.name);
  audio.src = file.url;
  return element;
}

function textElement(file) {
  const element = named("file-text-template", file);
  element.dataset.url = file.url;
  return element;
}

function paperElement(file) {
  const link = clone("file-paper-template");
  link.href = `${file.url}?download`;
  Object.assign(link.dataset, { file: file.id, kind: file.kind });
  link.querySelector(".file__name").textContent = file.name;
  link.querySelector(".file__size").textContent = sizeText(file.size);
  link.querySelector(".file__pages").textContent = file.pages ? plural("file.pages", file.pages) : "";
  const front = link.querySelector(".file__front");
  front.hidden = !file.thumb;
  if (file.thumb) front.src = file.thumb;
  return link;
}

/** A blank with what all of them show: name, size, and a way to have it. */
function named(template, file) {
  const element = clone(template);
  Object.assign(element.dataset, { file: file.id, kind: file.kind, name: file.name });
  element.querySelector(".file__name").textContent = file.name;
  const size = element.querySelector(".file__size");
  if (size) size.textContent = sizeText(file.size);
  element.querySelector("a[download]").href = `${file.url}?download`;
  return element;
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
