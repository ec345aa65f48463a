/**
 * A phone shows one pane at a time: the rooms (`#sidebar`), the room, or the side pane (`#side`). Which one is in the
 * address, so the browser's back leads through them; and the page is as high as what the keyboard leaves of the window.
 */
import { on } from "../lib/events.js";

const phone = matchMedia("(max-width: 45rem)");
const VIEWS = { "#sidebar": "sidebar", "#side": "side" };

export default class Phone {
  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    for (const name of ["hashchange", "popstate"]) addEventListener(name, () => this.#show(), { signal });
    // Before navigation.js sees the click.
    document.addEventListener("click", (event) => this.#back(event), { capture: true, signal });
    on("tw:ui.room", () => this.#show(), { signal });
    on("tw:ui.view", () => this.#show(), { signal });
    for (const name of ["resize", "scroll"]) globalThis.visualViewport?.addEventListener(name, () => this.#fit(), { signal });
    phone.addEventListener("change", () => this.#landmark(), { signal });
    this.came = null;
    this.#show();
    this.#fit();
  }

  stop() {
    this.listening.abort();
  }

  #show() {
    // A page that was loaded anew has the address of the pane before it has the pane, if that still comes.
    const empty = location.hash === "#side" && document.getElementById("side").hidden;
    // A welcome says no more than to choose one of the rooms: there they are.
    const welcomed = this.welcomes;
    this.welcomes = Boolean(document.querySelector("#main[data-welcome]"));
    const first = this.welcomes ? "sidebar" : "main";
    const view = empty ? first : (VIEWS[location.hash] ?? first);
    const root = document.documentElement;
    if (root.dataset.view === view) return;
    // Where one came from, so that the arrow in the head goes back instead of piling up history. Not to a welcome: its
    // address leads to the room one was in, by then.
    this.came = welcomed ? null : (root.dataset.view ?? null);
    root.dataset.view = view;
    this.#landmark();
  }

  /** Where the rooms or the side pane are all there is to see, they are the page's main part and have its heading. */
  #landmark() {
    const { view } = document.documentElement.dataset;
    this.heading?.remove();
    for (const [id, role] of [["sidebar", "navigation"], ["side", "complementary"]]) {
      const alone = phone.matches && view === id;
      const part = document.getElementById(id);
      part.setAttribute("role", alone ? "main" : role);
      if (!alone) continue;
      this.heading ??= Object.assign(document.createElement("h1"), { className: "sr-only" });
      this.heading.textContent = part.getAttribute("aria-label");
      part.prepend(this.heading);
    }
  }

  /** The arrow to the rooms, and the room one came from among them: there the way is the browser's back. */
  #back(event) {
    const arrow = event.target.closest?.(".pane-head__back");
    const here = document.documentElement.dataset.view === "sidebar" && event.target.closest?.(".sidebar [aria-current=page]");
    if ((!arrow && !here) || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const cameFrom = arrow ? "sidebar" : "main";
    if (this.came === cameFrom) {
      this.came = null;
      history.back();
    } else if (arrow) {
      location.hash = "sidebar";
    } else {
      history.replaceState(history.state, "", location.pathname + location.search);
      this.#show();
    }
  }

  /** Safari does not shrink the page for its keyboard. */
  #fit() {
    const { height, scale, offsetTop } = globalThis.visualViewport ?? {};
    const root = document.documentElement;
    if (!height || scale > 1.01 || Math.abs(innerHeight - height) < 2) {
      root.style.removeProperty("--viewport-height");
      return;
    }
    root.style.setProperty("--viewport-height", `${height}px`);
    if (offsetTop) scrollTo(0, 0);
  }
}
