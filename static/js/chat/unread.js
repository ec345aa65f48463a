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
    // Pressed twice, the second finds nothing to read, and would offer nothing to take back.
    if (form.ariaBusy) return;
    form.ariaBusy = "true";
    const section = form.closest(".catch-up__room");
    const [count, badge] = [".catch-up__unread", ".badge--mention"].map((name) => section.querySelector(name));
    const before = count.textContent;
    const show = (read) => {
      count.textContent = read ? word("read.all-here") : before;
      form.hidden = read;
      if (badge) badge.hidden = read;
    };
    await this.#tell(async () => {
      const { marks, detail } = await post(form.action, new FormData(form));
      show(true);
      // What had the focus goes: reading on begins at the room's name.
      section.querySelector(".catch-up__name a").focus();
      this.#offerUndo(detail, { marks }, () => show(false));
    });
    form.ariaBusy = null;
  }

  #offerUndo(text, { marks, threads = {} }, then) {
    const run = () => this.#tell(() => post(this.urls.readUndo, { marks: JSON.stringify(marks), threads: JSON.stringify(threads) }).then(then));
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
