/**
 * In a row of the timeline: how people reacted. A chip for each emoji, pressed where the reader is among them. What the
 * reader just wished shows at once, until the server has said how it is.
 */
import { clone } from "../../lib/dom.js";
import { emit } from "../../lib/events.js";
import { get } from "../../lib/http.js";
import { number } from "../../lib/words.js";

/** "message emoji" → { wanted, url, version }: `version` is the message's when the server answered; until then endless. */
const wishes = new Map();
/** Of messages that name no more than the first who reacted: what the reader did. Message id → emoji. */
const own = new Map();
/** For which of them the server was asked on this connection. */
const asked = new Set();

export function fill(row, message, reader) {
  const box = row.querySelector(".reactions");
  const again = "filled" in box.dataset;
  box.dataset.filled = "";
  const chips = new Map([...box.querySelectorAll(".reaction[data-emoji]")].map((chip) => [chip.dataset.emoji, chip]));
  // Where they stand on the page: that somebody took the first of a kind back must not put another chip under a finger.
  const order = [...chips.keys()];
  const placeOf = ({ emoji }) => (order.includes(emoji) ? order.indexOf(emoji) : order.length);
  const kinds = asWished(message, reader.me?.id).sort((one, other) => placeOf(one) - placeOf(other));
  const add = box.querySelector(".reaction--add");
  let place = null;
  for (const kind of kinds) {
    const chip = chips.get(kind.emoji) ?? makeChip(kind, again, add);
    chips.delete(kind.emoji);
    fillChip(chip, kind);
    // Moved only where it has to be: a chip that is moved loses the focus.
    const next = place ? place.nextElementSibling : box.firstElementChild;
    if (next !== chip) next.before(chip);
    place = chip;
  }
  learn(message, reader.me?.id);
  const lost = [...chips.values()].some((chip) => chip === document.activeElement);
  for (const chip of chips.values()) chip.remove();
  box.hidden = kinds.length === 0;
  add.hidden = kinds.length >= most();
  if (lost) (box.hidden || add.hidden ? row : add).focus({ preventScroll: true });
}

/** How many kinds a message takes: with them it offers no more, but joining. */
export const most = () => Number(document.getElementById("reaction-template").dataset.most);

/** What the server rendered gets the reader's own marks, and can be pressed from now on. */
export function adopt(row, message, reader) {
  for (const button of row.querySelectorAll(".reaction")) button.disabled = false;
  if (message) fill(row, message, reader);
}

/** The reader reacted here or elsewhere, or took it back, where messages do not name everybody. */
export function know(id, emoji, mine) {
  if (mine) own.get(id)?.add(emoji);
  else own.get(id)?.delete(emoji);
}

/** What was done elsewhere while this device was away nobody told it: gives the messages that are asked about anew. */
export function doubt() {
  asked.clear();
  return own.keys();
}

/** Where the reader may be among those who are not named, the server is asked; its word comes as any does. */
export function learn({ id, reactions = [] }, me) {
  const unnamed = reactions.some(({ count, users }) => count > users.length && !users.includes(me));
  if (!unnamed || !me || asked.has(id)) return;
  asked.add(id);
  get(`/messages/${id}/reactions.json`).then(({ mine }) => {
    own.set(id, new Set(mine));
    emit("tw:ui.reacted", { id });
  }, () => asked.delete(id));
}

/** The reader wants this, from now on: `answered(version)` says that the server took it, `undo()` that it did not. */
export function wish(id, emoji, wanted, url) {
  const key = `${id} ${emoji}`;
  const made = { wanted, url, version: Infinity };
  wishes.set(key, made);
  return {
    answered: (version) => (made.version = version),
    undo: () => wishes.get(key) === made && wishes.delete(key),
  };
}

/** Is the reader among those who reacted like this, as far as the page shows? */
export function isMine(message, emoji, me) {
  return asWished(message, me).some((kind) => kind.emoji === emoji && kind.mine);
}

/** The message's reactions with the reader's wishes: [{ emoji, count, mine, url }]. */
export function asWished(message, me) {
  const kinds = (message.reactions ?? []).map(({ emoji, count, users, url }) => {
    const mine = users.includes(me) || (count > users.length && Boolean(own.get(message.id)?.has(emoji)));
    return { emoji, count, url, mine };
  });
  for (const [key, { wanted, url, version }] of wishes) {
    if (!key.startsWith(`${message.id} `)) continue;
    const emoji = key.slice(message.id.length + 1);
    const kind = kinds.find((one) => one.emoji === emoji);
    // As wished; or the server took the wish, and something newer than that says otherwise.
    if (message.deleted || (kind?.mine ?? false) === wanted || version < message.version) {
      wishes.delete(key);
    } else if (kind) {
      Object.assign(kind, { mine: wanted, count: kind.count + (wanted ? 1 : -1) });
    } else {
      kinds.push({ emoji, count: 1, mine: true, url });
    }
  }
  return kinds.filter(({ count }) => count > 0);
}

function makeChip({ emoji }, pops, like) {
  const chip = clone("reaction-template");
  chip.dataset.emoji = emoji;
  chip.classList.toggle("reaction--new", pops);
  chip.tabIndex = like.tabIndex;
  return chip;
}

function fillChip(chip, { emoji, count, mine, url }) {
  const sign = chip.querySelector(".reaction__sign");
  if (url && sign.querySelector("img")?.getAttribute("src") !== url) {
    const picture = document.createElement("img");
    Object.assign(picture, { src: url, alt: emoji, width: 20, height: 20 });
    sign.replaceChildren(picture);
  } else if (!url && sign.textContent !== emoji) sign.textContent = emoji;
  chip.setAttribute("aria-pressed", String(mine));
  const shown = chip.querySelector(".reaction__count");
  const text = number(count);
  if (shown.textContent === text) return;
  const first = shown.textContent === "";
  const next = shown.cloneNode();
  next.textContent = text;
  // Another element, so that its animation begins anew.
  next.classList.toggle("reaction__count--moved", !first);
  shown.replaceWith(next);
}
