/** Small helpers for building the page out of the server's own templates. */

const COVERED = "▒▒▒";

/** A copy of what stands in `<template id="…">`. */
export function clone(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** Does what changes much within an element while it is out of the page, which would look what each change means for it. */
export function apart(element, change) {
  const { parentNode, nextSibling } = element;
  element.remove();
  change();
  parentNode.insertBefore(element, nextSibling);
}

/**
 * Puts in the HTML of a message. The one place where markup that came over the wire becomes part of the page: only for
 * `message.html`, which the server made and sanitised (rooms/text/sanitising.py). Everything else is `textContent`.
 */
export function setMessageHtml(element, html) {
  element.innerHTML = html;
}

/** What an element says to its reader: covered words (`||…||`) stay covered here, too, and a picture says its name. */
export function shownText(element) {
  const others = [...element.querySelectorAll(".spoiler:not(.spoiler--shown), img")];
  for (const one of others) {
    one.hidden = true;
    one.before(one.alt ?? COVERED);
  }
  const text = element.innerText;
  for (const one of others) {
    one.hidden = false;
    one.previousSibling.remove();
  }
  return text;
}

/** How a message begins, as one line. */
export function firstWords(row, most) {
  const text = shownText(row.querySelector(".message__body")).trim().replace(/\s+/g, " ");
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** What the HTML of a message says that is not on the page: the same, with everything covered. */
export function textOfHtml(html) {
  const { body } = new DOMParser().parseFromString(html, "text/html");
  for (const one of body.querySelectorAll(".spoiler, img")) one.replaceWith(one.alt ?? COVERED);
  return body.textContent;
}

/** Is the reader looking at this page now? */
export function isWatching() {
  return document.visibilityState === "visible" && document.hasFocus();
}

/**
 * Gives the focus to an element, back to where it was most often. A row of a timeline is a stop of Tab only while it is
 * the current one (chat/keys.js), and becomes it. True if it worked: the element may be gone, or hidden.
 */
export function focusOn(element) {
  if (!element?.isConnected) return false;
  if (element.matches(".message")) element.tabIndex = 0;
  element.focus({ preventScroll: true });
  return element === document.activeElement;
}

/** Copies text; where the page has no clipboard (plain http) in the old way. True if it worked. */
export async function copyText(text) {
  try {
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(text);
      return true;
    }
  } catch {
    // Refused, or no focus: the old way may still do.
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "sr-only";
  const before = document.activeElement;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  before?.focus?.({ preventScroll: true });
  return copied;
}
