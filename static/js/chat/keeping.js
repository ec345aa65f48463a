/** In a room: pinning, saving and being reminded of messages, by button (`tw:ui.action`) and key (`tw:ui.pin`, `tw:ui.save`). */
import { firstWords } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { word } from "../lib/words.js";
import { isSaved, knowSaved, setSaved } from "../realtime/kept.js";
import { messageOf } from "./message.js";
import { markSaved } from "./parts/marks.js";

const EXCERPT = 140;

export default class Keeping {
  constructor(element) {
    knowSaved(element.dataset.saved.split(" ").filter(Boolean));
    // Rows may stand already, made before these were known.
    markRows(".message[data-id]");
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, id, row }) => this.#do(action, id, row), { signal });
    // By key: what its button would do, where it is offered.
    on("tw:ui.save", ({ id, row }) => emit("tw:ui.act", { action: isSaved(id) ? "unsave" : "save", row }), { signal });
    on("tw:ui.pin", ({ row }) => emit("tw:ui.act", { action: messageOf(row)?.pinned ? "unpin" : "pin", row }), { signal });
    on("tw:saved.updated", ({ message, state }) => this.#saved(message, state !== null), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #do(action, id, row) {
    if (action === "save" || action === "unsave") this.#save(id, action === "save");
    if (action === "pin" || action === "unpin") this.#send(`/messages/${id}/pin/`, { pinned: action === "pin" ? 1 : 0 });
    if (action === "remind") this.#remind(id, row);
  }

  /** Shown at once, and taken back where the server says no. */
  async #save(id, on) {
    this.#saved(id, on);
    if (!(await this.#send(`/messages/${id}/save/`, { state: on ? "todo" : "none" }))) this.#saved(id, !on);
  }

  #saved(id, on) {
    setSaved(id, on);
    markRows(`.message[data-id="${CSS.escape(id)}"]`);
  }

  #remind(id, row) {
    emit("tw:ui.moment", {
      title: word("remind.title"),
      button: word("remind.button"),
      about: firstWords(row, EXCERPT),
      note: true,
      back: row,
      send: ({ when, text }) => post("/reminders/add/", { message: id, text, when }),
    });
  }

  async #send(url, fields) {
    try {
      await post(url, fields);
      return true;
    } catch (refusal) {
      emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
      return false;
    }
  }
}

/** Those that nobody took over from the server yet are marked when somebody does. */
function markRows(selector) {
  for (const row of document.querySelectorAll(selector)) if (messageOf(row)) markSaved(row);
}
