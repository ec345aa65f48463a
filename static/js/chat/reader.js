/**
 * Texts sent as files: their first lines under the card once it comes into view, and all of one in a dialog. They are
 * read in parts from the file itself and shown as plain text, whatever is in them.
 */
import { word } from "../lib/words.js";

const FIRST_BYTES = 1024;
const WHOLE_BYTES = 512 * 1024;
const LINES = 5;
const NEAR = "200px";

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

const seen = globalThis.IntersectionObserver && new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    showLines(target);
  }
}, { rootMargin: NEAR });

/** The texts in `root` show how they begin, as soon as somebody could see it. */
export function readBeginnings(root) {
  for (const file of root.querySelectorAll(".file--text:not([data-read])")) {
    file.dataset.read = "yes";
    seen.observe(file);
  }
}

async function showLines(file) {
  try {
    const { text } = await beginning(file.dataset.url, FIRST_BYTES);
    file.querySelector(".file__lines").textContent = text.split("\n").slice(0, LINES).join("\n").trimEnd();
  } catch {
    // The card stays what it is: a name, and a way to have the file.
  }
}

async function beginning(url, bytes) {
  const answer = await fetch(url, { headers: { Range: `bytes=0-${bytes - 1}` }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const whole = Number(answer.headers.get("Content-Range")?.split("/")[1]) || 0;
  const data = await answer.arrayBuffer();
  const more = whole > data.byteLength;
  // Cut in the middle of a sign: `stream` leaves the half of it out.
  return { text: new TextDecoder().decode(data, { stream: more }), more };
}
