/**
 * Moving messages: a dialog with the places they may go to, the move, and its undo. Other modules ask for it with
 * `tw:ui.move` {ids}: several are moved as one.
 */
import { focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { page, post } from "../lib/http.js";
import { movePath } from "../lib/paths.js";
import { word, why } from "../lib/words.js";

const MOVE = "/messages/move/";

export default class Moving {
  constructor(dialog) {
    this.dialog = dialog;
    this.ids = [];
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.action", ({ action, id, row }) => action === "move" && this.#choose([id], row), { signal });
    on("tw:ui.move", ({ ids }) => this.#choose(ids), { signal });
    dialog.addEventListener("submit", (event) => this.#submit(event), { signal });
    // Not by the focus: Tab goes through both on its way to the button.
    for (const name of ["click", "input"]) dialog.addEventListener(name, ({ target }) => this.#with(target), { signal });
    dialog.addEventListener("close", () => this.#leave(), { signal });
  }

  stop() {
    this.listening.abort();
  }

  async #choose(ids, opener = null) {
    try {
      const { found } = await page(`${movePath(ids[0])}?n=${ids.length}`, { fragment: "dialog" });
      this.ids = ids;
      this.opener = opener;
      this.list = opener?.closest(".timeline__list");
      this.dialog.replaceChildren(...found.body.childNodes);
      this.dialog.showModal();
    } catch (refusal) {
      emit("tw:ui.toast", { text: why(refusal), tone: "error" });
    }
  }

  /** Back to the message; to where the list's keys stand where it went away. */
  #leave() {
    focusOn(this.opener) || focusOn(this.list?.querySelector(":scope > .message[tabindex='0']"));
  }

  /** Who types a link, or chooses a room, means it. */
  #with(target) {
    const { chooses } = target.dataset;
    const radio = chooses && this.dialog.querySelector(`[name=to][value="${chooses}"]`);
    if (radio) radio.checked = true;
  }

  async #submit(event) {
    if (!event.target.matches("[data-move]")) return;
    event.preventDefault();
    const form = event.target;
    const fields = new FormData(form);
    fields.delete("ids");
    for (const id of this.ids) fields.append("ids", id);
    const button = form.querySelector("[type=submit]");
    button.setAttribute("aria-busy", "true");
    const error = form.querySelector("[role=alert]");
    error.textContent = "";
    try {
      const answer = await post(MOVE, fields);
      this.dialog.close();
      const undo = { name: word("undo"), run: () => this.#back(answer.back) };
      emit("tw:ui.toast", { text: answer.detail, tone: "success", actions: answer.back.length ? [undo] : [] });
    } catch (refusal) {
      error.textContent = refusal.message || word("unreachable");
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  async #back(places) {
    try {
      for (const { ids, ...place } of places) {
        const fields = new FormData();
        for (const [name, value] of Object.entries(place)) fields.append(name, value);
        for (const id of ids) fields.append("ids", id);
        await post(MOVE, fields);
      }
    } catch (refusal) {
      emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
    }
  }
}
