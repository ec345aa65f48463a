/**
 * One row of the timeline: made from the server's blank, filled from a wire Message, and given what depends on the
 * reader (mine, names me, local times). Everything is text but `message.html`.
 */
import { clone, setMessageHtml, shownText } from "../lib/dom.js";
import { historyPath, messagePath, personPath } from "../lib/paths.js";
import { hasWord, word } from "../lib/words.js";
import { adoptParts, fillParts, pendingParts } from "./parts.js";

const EMOJI_MOST = 6;
const EMOJI = /^(?:\s*\p{Extended_Pictographic}[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*)+\s*$/u;
/** What scrolls by itself (code, tables) stays reachable by Tab: browsers and readers look for it there. */
const FOCUSABLE = "a[href], button, [tabindex]:not(pre, .table, .formula)";

/** What each row shows, as the wire told it. */
const messages = new WeakMap();

/** The wire Message a row was last filled from (`html` only where it came live); null for one not sent yet. */
export function messageOf(row) {
  return messages.get(row) ?? null;
}

/** A row the server rendered, and its message. */
export function adoptRow(row, message, reader) {
  messages.set(row, message);
  complete(row);
  adoptParts(row, message, reader);
  decorate(row, reader);
}

/** The places for parts that had nothing to show, which the server leaves out, in the blank's order. */
function complete(row) {
  const main = row.querySelector(".message__main");
  let before = null;
  for (const place of [...clone("message-template").querySelector(".message__main").children].reverse()) {
    const there = main.querySelector(`:scope > .${place.classList[0]}`);
    if (!there) main.insertBefore(place, before);
    before = there ?? place;
  }
}

/** A row for a wire Message. `reader` is { me, dates }. */
export function createRow(message, reader) {
  const row = clone("message-template");
  fillRow(row, message, reader);
  return row;
}

/** Makes a row say what the message says now: a new row, one that was pending, or one that was changed. */
export function fillRow(row, message, reader) {
  const { sender } = message;
  row.id = `m-${message.id}`;
  Object.assign(row.dataset, {
    id: message.id,
    seq: message.seq,
    version: message.version,
    sender: sender.id,
    kind: message.kind,
    at: message.moved_at ?? message.created_at,
    // One's own, also from another device.
    ...(message.client_id && { clientId: message.client_id }),
  });
  row.classList.toggle("message--system", message.kind === "system");
  const isEdited = Boolean(message.edited_at) && !message.deleted;
  row.classList.toggle("message--deleted", message.deleted);
  row.classList.toggle("message--edited", isEdited);
  row.classList.remove("message--unsent", "message--failed");
  row.querySelector(".unsent")?.remove();
  fillSender(row, sender);
  row.querySelector(".message__time").href = messagePath(message.room, message.id);
  fillBody(row.querySelector(".message__body"), message);
  row.querySelector(".message__gone").hidden = !message.deleted;
  const edited = row.querySelector(".message__edited");
  edited.hidden = !isEdited;
  edited.dataset.at = message.edited_at ?? "";
  messages.set(row, message);
  fillParts(row, message, reader);
  decorate(row, reader);
}

/** A row for what is in the outbox: in its final shape, the words as they were typed. */
export function createUnsent(entry, reader) {
  const row = clone("message-template");
  row.id = `c-${entry.client_id}`;
  Object.assign(row.dataset, { clientId: entry.client_id, sender: reader.me.id, kind: "text", at: new Date(entry.created_at).toISOString() });
  row.classList.add("message--unsent");
  fillSender(row, reader.person);
  // No address yet: nothing to link to.
  row.querySelector(".message__time").removeAttribute("href");
  const body = row.querySelector(".message__body");
  const paragraph = document.createElement("p");
  paragraph.textContent = entry.body.trim();
  paragraph.classList.toggle("jumbo", isEmojiOnly(entry.body));
  paragraph.classList.add("message__typed");
  body.append(paragraph);
  row.querySelector(".message__main").append(clone("unsent-template"));
  fillUnsent(row, entry);
  pendingParts(row, entry, reader);
  decorate(row, reader);
  return row;
}

/** How an unsent row stands: on its way, or failed and why. */
export function fillUnsent(row, entry) {
  const failed = entry.state === "failed";
  row.classList.toggle("message--failed", failed);
  const unsent = row.querySelector(".unsent");
  if (!unsent) return;
  unsent.querySelector(".unsent__waits").hidden = failed;
  unsent.querySelector(".unsent__failed").hidden = !failed;
  unsent.querySelector('[data-unsent="back"]').hidden = failed || !entry.held;
  const { code, detail = "" } = entry.error ?? {};
  unsent.querySelector(".unsent__detail").textContent = code === "lost" ? word("attach.lost") : detail;
}

/** Acked: it is stored, and the message itself is about to come. */
export function settle(row, ack) {
  row.id = `m-${ack.id}`;
  Object.assign(row.dataset, { id: ack.id, seq: ack.seq, version: 0, at: ack.created_at ?? row.dataset.at });
  row.classList.remove("message--unsent", "message--failed");
  row.querySelector(".unsent")?.remove();
}

/** What depends on the reader; for rows the server made as well. */
function decorate(row, { me, dates, may }) {
  const at = new Date(row.dataset.at);
  row.dataset.day = dates.dayKey(at);
  const time = row.querySelector("time");
  time.dateTime = row.dataset.at;
  // No line between days stands above the message a thread is about.
  time.textContent = "root" in row.dataset ? dates.moment(at) : dates.clock(at);
  time.parentElement.title = dates.full(at);
  const edited = row.querySelector(".message__edited");
  // What it said before is for its author, and for those who moderate.
  const seesEarlier = row.dataset.sender === me?.id || may?.has("delete_others");
  if (!edited.hidden) {
    edited.title = word("edited-at", { when: dates.full(new Date(edited.dataset.at)) });
    if (seesEarlier) edited.href = historyPath(messageOf(row)?.room, row.dataset.id);
  }
  row.classList.toggle("message--mine", row.dataset.sender === me?.id && row.dataset.kind === "text");
  const named = me ? row.querySelectorAll(callsOf(messageOf(row), me.id).map((who) => `.message__body .mention[data-user="${CSS.escape(who)}"]`).join()) : [];
  for (const name of named) name.classList.add("mention--me");
  row.classList.toggle("message--names-me", named.length > 0);
  // The list is one tab stop: what is in a row can be tabbed to only from within it (keys.js).
  const tabIndex = row.contains(document.activeElement) ? 0 : -1;
  for (const element of row.querySelectorAll(FOCUSABLE)) element.tabIndex = tabIndex;
}

/** As whom a message speaks to the reader: by name, and with everybody or those who were here. */
function callsOf(message, id) {
  const called = message?.mentions_all === "everyone" || message?.mentions.includes(id);
  return called && message.sender.id !== id ? [id, "everyone", "here"] : [id];
}

/** What stands in a row as text, for copying and for being read out; of files alone their names. */
export function textOf(row) {
  const files = [...row.querySelectorAll(".file__picture, .file__name")];
  return shownText(row.querySelector(".message__body")).trim() || files.map((file) => file.alt ?? file.textContent).join(", ");
}

/** Up to six emoji and nothing else: shown large (rooms/text/emojis.py says the same for stored ones). */
function isEmojiOnly(text) {
  if (text.length > 120 || !EMOJI.test(text)) return false;
  const parts = [...new Intl.Segmenter().segment(text.replace(/\s/g, ""))];
  return parts.length <= EMOJI_MOST;
}

function fillSender(row, sender) {
  const image = row.querySelector(".message__avatar img");
  // Set only where it changed: the same picture is not fetched and drawn again.
  if (image.getAttribute("src") !== sender.avatar) image.src = sender.avatar;
  const author = row.querySelector(".message__author");
  author.href = personPath(sender.id);
  author.firstElementChild.textContent = sender.display_name;
}

function fillBody(body, message) {
  if (message.kind !== "system") return setMessageHtml(body, message.html);
  const [moved] = message.system?.messages ?? [];
  const textContent = systemLine(message);
  // Leads to where it is now; who may not see it there is told so.
  body.replaceChildren(moved ? Object.assign(document.createElement("a"), { href: messagePath(message.room, moved), textContent }) : textContent);
}

function systemLine(message) {
  const { event, ...words } = message.system ?? {};
  if (!hasWord(`system.${event}`)) return message.body;
  if (words.role && hasWord(`role.${words.role}`)) words.role = word(`role.${words.role}`);
  return word(`system.${event}`, { actor: message.sender.display_name, ...words });
}
