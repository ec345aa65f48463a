/**
 * What is due, over the page until one says what to do about it: reminders, and messages that could not be sent later.
 * A page that was away asks what came due meanwhile. What is closed here still waits in the list.
 */
import { clone, focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { get, post } from "../lib/http.js";
import { messagePath } from "../lib/paths.js";
import { word } from "../lib/words.js";

const CLOSED = "tw:due-closed";

export default class Due {
  #online = false;
  /** Where one was before one came here. */
  #back = null;

  constructor(place) {
    this.place = place;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:notification", (told) => this.#show(told), { signal });
    for (const name of ["reminders", "scheduled"]) on(`tw:${name}.updated`, () => this.place.childElementCount && this.#ask(), { signal });
    // Whoever sits down again before a page that stayed open.
    on("tw:ui.back", () => this.#ask(), { signal });
    on("tw:ui.connection", ({ state }) => this.#connected(state === "online"), { signal });
    place.addEventListener("focusin", ({ relatedTarget }) => place.contains(relatedTarget) || (this.#back = relatedTarget), { signal });
    place.addEventListener("click", (event) => this.#click(event), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #connected(online) {
    if (online && !this.#online) this.#ask();
    this.#online = online;
  }

  /** What is due now: adds what is new, takes away what is done elsewhere. */
  async #ask() {
    try {
      const kept = await get(this.place.dataset.url);
      emit("tw:ui.kept", kept);
      const due = [...kept.failed, ...kept.reminders];
      const keys = new Set(due.map(key));
      for (const item of [...this.place.children]) if (!keys.has(item.dataset.key)) this.#remove(item);
      for (const told of due.reverse()) if (!closed().includes(key(told))) this.#show(told);
    } catch {
      // Asked again when the connection is back; the list has them all the while.
    }
  }

  #show(told) {
    const { kind, id } = told;
    if (kind !== "reminder" && kind !== "scheduled_failed") return;
    if (this.place.querySelector(`[data-key="${CSS.escape(key(told))}"]`)) return;
    const item = clone("due-template");
    Object.assign(item.dataset, { id, key: key(told) });
    const reminder = kind === "reminder";
    fill(item, ".due__title", word(reminder ? "due.reminder" : "due.failed"));
    fill(item, ".due__text", told.text);
    const { author, excerpt } = told;
    if (told.message) item.querySelector(".due__about").dataset.says = told.message;
    fill(item, ".due__about", author ? word("due.about", { name: author, text: excerpt }) : excerpt);
    for (const name of ["done", "later"]) item.querySelector(`[data-due=${name}]`).hidden = !reminder;
    item.querySelector("[data-due=open]").href = reminder ? (told.message ? messagePath(told.room, told.message) : "/reminders/") : "/scheduled/";
    this.place.append(item);
    this.#count();
  }

  /** On a phone one stands over the page, and says how many wait behind it. */
  #count() {
    const { children } = this.place;
    for (const [place, item] of [...children].entries()) {
      const { dataset } = item.querySelector(".due__title");
      if (place < children.length - 1) dataset.more = children.length - 1 - place;
      else delete dataset.more;
    }
  }

  async #click({ target }) {
    const item = target.closest(".due__item");
    const does = target.closest("[data-due]")?.dataset.due;
    if (!item || !does) return;
    const { key: kept, id } = item.dataset;
    // A reminder stays until one says what to do about it; of what was not sent the list that opens says more.
    if (does === "open" && kept.startsWith("reminder")) return;
    if (does !== "done" && does !== "later") {
      remember(kept);
      // Once the click has led where it leads.
      return setTimeout(() => this.#remove(item));
    }
    try {
      const { detail } = await post(`/reminders/${id}/`, { does });
      this.#remove(item);
      emit("tw:ui.toast", { text: detail, tone: "success" });
    } catch (refusal) {
      emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
    }
  }

  #remove(item) {
    const inside = item.contains(document.activeElement);
    const next = item.nextElementSibling ?? item.previousElementSibling;
    item.remove();
    this.#count();
    if (inside && !focusOn(next?.querySelector("[data-due]:not([hidden])") ?? this.#back)) focusOn(document.getElementById("main"));
  }
}

// Deleted meanwhile: what a list or a notice says of a message (`data-says`: its id) goes as its words did, and comes back with them.
const gone = new WeakMap();
on("tw:message.updated", ({ message: { id, deleted } }) => {
  for (const place of document.querySelectorAll(`[data-says="${CSS.escape(id)}"]`)) {
    const said = gone.get(place);
    if (deleted && !said) {
      gone.set(place, [...place.childNodes]);
      place.textContent = word("quote.deleted");
    } else if (said && !deleted) {
      gone.delete(place);
      place.replaceChildren(...said);
    }
  }
});

const key = ({ kind, id, due_at: due }) => `${kind} ${id} ${due}`;

function fill(item, selector, text) {
  const place = item.querySelector(selector);
  place.textContent = text ?? "";
  place.hidden = !text;
}

/** What was closed in this tab stays closed over a reload; put off, it comes again. */
function closed() {
  try {
    return JSON.parse(sessionStorage.getItem(CLOSED) ?? "[]");
  } catch {
    return [];
  }
}

function remember(entry) {
  try {
    sessionStorage.setItem(CLOSED, JSON.stringify([...closed(), entry].slice(-50)));
  } catch {
    // Then it is shown again after a reload.
  }
}
