/**
 * Reading as one decides it: unread from a message on, everything read at once (and taken back), one room of the catch-up
 * page read.
 */
import { emit, on } from "../lib/events.js";
import { post } from "../lib/http.js";
import { word, why } from "../lib/words.js";
import { markUnread } from "../realtime/live.js";

export default class Unread {
  constructor(element) {
    this.urls = element.dataset;
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, room, seq }) => action === "unread" && this.#from(room, seq), { signal });
    on("tw:ui.read-all", () => this.#all(), { signal });
    document.addEventListener("click", (event) => this.#click(event), { signal });
    document.addEventListener("submit", (event) => this.#room(event), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #click(event) {
    if (!event.target.closest?.("[data-reads-all]")) return;
    event.preventDefault();
    this.#all();
  }

  async #from(room, seq) {
    await this.#tell(async () => {
      await markUnread(room, seq);
      emit("tw:ui.toast", { text: word("unread.done"), about: "read" });
    });
  }

  async #all() {
    await this.#tell(async () => {
      const { marks, threads } = await post(this.urls.readAll, {});
      if (Object.keys({ ...marks, ...threads }).length === 0) return emit("tw:ui.toast", { text: word("read-all.none") });
      this.#offerUndo(word("read-all.done"), { marks, threads });
    });
  }

  async #room(event) {
    const form = event.target.closest("form[data-reads]");
    if (!form) return;
    event.preventDefault();
    await this.#tell(async () => {
      const { marks, detail } = await post(form.action, new FormData(form));
      // Pressed twice, the second found nothing to read, and has nothing to take back.
      if (Object.keys(marks).length) this.#offerUndo(detail, { marks });
    });
  }

  #offerUndo(text, { marks, threads = {} }) {
    const run = () => this.#tell(() => post(this.urls.readUndo, { marks: JSON.stringify(marks), threads: JSON.stringify(threads) }));
    emit("tw:ui.toast", { text, tone: "success", actions: [{ name: word("read-all.undo"), run }] });
  }

  async #tell(change) {
    try {
      await change();
    } catch (refusal) {
      emit("tw:ui.toast", { text: why(refusal), tone: "error" });
    }
  }
}
