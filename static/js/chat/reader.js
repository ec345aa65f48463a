/** A text sent as a file, as a whole in a dialog: plain text, whatever is in it; a very long one as far as it is read. */
import { word } from "../lib/words.js";
import { beginning } from "./beginnings.js";

const WHOLE_BYTES = 512 * 1024;

export default class Reader {
  constructor(dialog) {
    this.dialog = dialog;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", ({ target }) => target.closest?.(".file__whole") && this.#open(target.closest(".file--text")), { signal });
    dialog.addEventListener("close", () => this.dialog.querySelector("pre").replaceChildren(), { signal });
  }

  stop() {
    this.listening.abort();
  }

  async #open({ dataset: { name, url } }) {
    const { dialog } = this;
    const note = dialog.querySelector(".reader__note");
    const text = dialog.querySelector("pre");
    dialog.querySelector("bdi").textContent = name;
    dialog.querySelector("a").href = `${url}?download`;
    note.textContent = "";
    dialog.showModal();
    dialog.setAttribute("aria-busy", "true");
    try {
      const found = await beginning(url, WHOLE_BYTES);
      text.textContent = found.text;
      if (found.more) note.textContent = word("reader.part");
    } catch {
      note.textContent = word("unreachable");
    } finally {
      dialog.removeAttribute("aria-busy");
    }
  }
}
