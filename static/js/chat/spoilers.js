/**
 * Covered words (`||…||`) stay covered until one presses them, or Enter on them. Covered, they are a button without
 * words for everybody: for eyes, for a screen reader, and for what is read out of a row. (Without JavaScript they show
 * while they have the focus.)
 */
import { on } from "../lib/events.js";
import { word } from "../lib/words.js";

export default class Spoilers {
  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    // Before others hear of it: what is pressed to be seen is not meant for the link within.
    document.addEventListener("click", (event) => this.#press(event), { capture: true, signal });
    document.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    for (const name of ["tw:ui.room", "tw:ui.added"]) on(name, () => this.#cover(document), { signal });
    // Rows come and change in many ways; the cover must be there whichever it was.
    this.watching = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) for (const node of addedNodes) if (node.nodeType === 1) this.#cover(node);
    });
    this.watching.observe(document.body, { childList: true, subtree: true });
    this.#cover(document);
  }

  stop() {
    this.listening.abort();
    this.watching.disconnect();
  }

  #cover(root) {
    const found = root.matches?.(".spoiler") ? [root] : root.querySelectorAll(".spoiler:not(.spoiler--covered, .spoiler--shown)");
    for (const spoiler of found) {
      // One within another goes with it.
      if (spoiler.matches(".spoiler--shown") || spoiler.parentElement.closest(".spoiler")) continue;
      spoiler.classList.add("spoiler--covered");
      spoiler.setAttribute("role", "button");
      spoiler.setAttribute("aria-label", word("spoiler"));
    }
  }

  #press(event) {
    const spoiler = event.target.closest?.(".spoiler--covered");
    if (!spoiler) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show(spoiler);
  }

  #key(event) {
    if (!event.target.matches?.(".spoiler--covered") || !["Enter", " "].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#show(event.target);
  }

  #show(spoiler) {
    spoiler.classList.replace("spoiler--covered", "spoiler--shown");
    spoiler.removeAttribute("role");
    spoiler.removeAttribute("aria-label");
  }
}
