/**
 * In a row of the timeline: what its links lead to, a card each. Who may take one away sees its button (previews.css);
 * a room whose cards are switched off shows none from that moment on.
 */
import { clone } from "../../lib/dom.js";
import { emit, on } from "../../lib/events.js";
import { post } from "../../lib/http.js";
import { why } from "../../lib/words.js";

export function fill(row, message) {
  const box = row.querySelector(".previews");
  const cards = new Map([...box.children].map((card) => [card.dataset.id, card]));
  const shown = message.previews ?? [];
  const kept = shown.map((preview) => cards.get(preview.id) ?? makeCard(preview));
  const lost = [...cards.values()].some((card) => !kept.includes(card) && card.contains(document.activeElement));
  // Cards never change: what is there already stays as it is, pictures and focus included.
  if (kept.length !== cards.size || kept.some((card, place) => box.children[place] !== card)) box.replaceChildren(...kept);
  box.hidden = shown.length === 0;
  if (lost) row.focus({ preventScroll: true });
}

function makeCard({ id, url, title, description, site, image }) {
  const card = clone("preview-template");
  card.dataset.id = id;
  card.classList.toggle("preview--picture", !title);
  card.querySelector(".preview__link").href = url;
  card.querySelector(".preview__site").textContent = site;
  card.querySelector(".preview__title").textContent = title;
  card.querySelector(".preview__about").textContent = description;
  const picture = card.querySelector(".preview__picture");
  if (image) Object.assign(picture, { width: image.width, height: image.height, src: image.url });
  else picture.remove();
  return card;
}

/** Gone at once, and back where the server says no. */
async function remove(card) {
  const row = card.closest(".message");
  card.hidden = true;
  row.focus({ preventScroll: true });
  try {
    await post(`/previews/${card.dataset.id}/remove/`, {});
  } catch (error) {
    card.hidden = false;
    emit("tw:ui.toast", { text: why(error), tone: "error" });
  }
}

document.addEventListener("click", ({ target }) => {
  const card = target.closest?.(".preview__remove")?.closest(".preview");
  if (card) remove(card);
});

// One's own switch, on whatever page it was pressed.
on("tw:settings.updated", ({ previews }) => (document.documentElement.dataset.previews = previews ? "on" : "off"));

on("tw:room.updated", ({ room, state }) => {
  for (const timeline of document.querySelectorAll(`.timeline[data-room="${CSS.escape(room)}"]`)) {
    timeline.dataset.previews = state.previews ? "on" : "off";
  }
});
