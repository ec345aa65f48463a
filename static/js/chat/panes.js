/**
 * The pane at the other side: a link with `data-side` opens its page there, the same link or Esc closes, and the focus
 * goes back where it came from. It stays open from room to room and shows the same of each. On a phone it covers the
 * room, and the browser's back closes it.
 */
import { focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { page } from "../lib/http.js";
import { word } from "../lib/words.js";

/** Changes come in bunches: the pane is shown anew once, after the last. */
const SETTLES_MS = 400;
const phone = matchMedia("(max-width: 45rem)");

export default class Panes {
  constructor(element) {
    this.element = element;
    this.kind = null;
    this.url = null;
    this.opener = null;
    this.asked = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.#click(event), { signal });
    addEventListener("popstate", () => this.#back(), { signal });
    this.#press();
    on("tw:ui.side", (wish) => this.#wish(wish), { signal });
    on("tw:ui.room", () => this.#follow(), { signal });
    for (const name of ["member.joined", "member.left", "member.updated", "room.updated"]) {
      on(`tw:${name}`, ({ room }) => this.#changed(String(room)), { signal });
    }
  }

  stop() {
    this.listening.abort();
    this.asked?.abort();
    clearTimeout(this.timer);
  }

  get #open() {
    return !this.element.hidden;
  }

  #click(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // "(edited)" leads somewhere only for those who may see what was there before.
    const link = event.target.closest?.(":is([data-side], [data-side-page])[href]");
    if (link) {
      event.preventDefault();
      if (link.hasAttribute("data-side-page") && this.#open && this.element.contains(link)) this.#load(link.href);
      else if (this.#open && this.kind === link.dataset.side && this.url === plain(link.href) && !link.hash) this.close();
      else this.show(link);
    } else if (event.target.closest?.("[data-side-close]")) {
      this.close();
    }
  }

  #wish({ close, again, open }) {
    if (open) this.#show(open);
    else if (again) this.#load(this.url);
    else if (this.#open) this.close();
    else if (!close) {
      const link = document.querySelector(`.pane-head [data-side="${this.kind ?? "people"}"]`) ?? document.querySelector(".pane-head [data-side]");
      if (link) this.show(link);
    }
  }

  /** Opens what the link leads to. */
  async show(link) {
    // A link in a menu is gone with it: the focus goes back to what opened the menu.
    const menu = link.closest(".menu[popover]");
    const opener = (menu && document.querySelector(`[popovertarget="${menu.id}"]`)) ?? link;
    await this.#show({ kind: link.dataset.side, href: link.href, opener });
    if (!this.#open) return;
    const invite = link.hash === "#invite" ? this.element.querySelector("#invite") : null;
    if (invite) invite.open = true;
    (invite?.querySelector("input.input") ?? this.element.querySelector("[data-side-close]"))?.focus();
  }

  async #show({ kind, href, opener }) {
    this.opener = opener;
    const covers = phone.matches && !this.#open;
    this.kind = kind;
    if (!(await this.#load(href))) return;
    if (covers) {
      history.pushState({ ...history.state, side: true }, "", "#side");
      emit("tw:ui.view");
    }
  }

  close({ quietly = false } = {}) {
    if (!this.#open) return;
    this.asked?.abort();
    const inside = this.element.contains(document.activeElement) || document.activeElement === document.body;
    this.element.hidden = true;
    this.#empty();
    this.#press();
    if (location.hash === "#side" && !quietly) history.back();
    if (inside && !focusOn(this.opener)) document.getElementById("main")?.focus();
    this.opener = null;
  }

  #empty() {
    for (const child of this.element.children) emit("tw:ui.removing", { element: child });
    this.element.replaceChildren();
  }

  async #load(href) {
    this.asked?.abort();
    this.asked = new AbortController();
    const url = plain(href);
    this.element.setAttribute("aria-busy", "true");
    try {
      const { found } = await page(url, { signal: this.asked.signal, fragment: "side" });
      if (!found.querySelector(".side__body")) frame(found);
      const held = this.element.contains(document.activeElement) ? document.activeElement : null;
      const scrolled = this.url === url ? (this.element.querySelector(".side__body")?.scrollTop ?? 0) : 0;
      this.url = url;
      this.element.hidden = false;
      this.#empty();
      this.element.append(...found.body.childNodes);
      this.element.querySelector(".side__body").scrollTop = scrolled;
      if (held) this.#hold(held);
      this.#press();
      for (const child of this.element.children) emit("tw:ui.added", { element: child });
      emit("tw:ui.side-shown", { kind: this.kind });
      return true;
    } catch (refusal) {
      if (refusal.name !== "AbortError") emit("tw:ui.toast", { text: refusal.message || word("side.gone"), tone: "error" });
      return false;
    } finally {
      this.element.removeAttribute("aria-busy");
    }
  }

  /** Who moved about in it goes on from there: on the same link or button, else where one is now. */
  #hold(held) {
    const same = [...this.element.querySelectorAll("a, button, input, summary")].find((one) =>
      ["id", "href", "name", "aria-label"].every((name) => one.getAttribute(name) === held.getAttribute(name)) && one.tagName === held.tagName && one.textContent === held.textContent);
    (same ?? this.element.querySelector("[aria-current=page]") ?? this.element.querySelector("[data-side-close]"))?.focus({ preventScroll: true });
  }

  /** What opens it looks held down while it is open. */
  #press() {
    for (const link of document.querySelectorAll(".pane-head__tools > [data-side]")) {
      link.setAttribute("aria-expanded", String(this.#open && link.dataset.side === this.kind));
    }
  }

  /** Another room is shown: the same pane of that one, or none where it has none. */
  #follow() {
    this.#press();
    if (!this.#open) return;
    if (phone.matches) return this.close({ quietly: true });
    // A thread stays beside its own room, and goes with it.
    const { room } = this.element.querySelector(".timeline--thread")?.dataset ?? {};
    if (room && room === document.getElementById("main")?.dataset.room) return;
    const link = document.querySelector(`.pane-head [data-side="${this.kind}"]`);
    if (!link) return this.close({ quietly: true });
    this.opener = null;
    if (new URL(link.href).pathname !== new URL(this.url).pathname) this.#load(link.href);
  }

  /** Somebody came, went or was given a role: shown as soon as nobody is in the middle of something here. */
  #changed(room) {
    // A thread keeps itself true (chat/thread.js).
    if (!this.#open || this.kind === "thread" || room !== document.getElementById("main")?.dataset.room) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.#open) return;
      const writing = this.element.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");
      if (writing || this.element.querySelector(".menu:popover-open, .chip")) this.#changed(room);
      else this.#load(this.url);
    }, SETTLES_MS);
  }

  #back() {
    if (this.#open && phone.matches && location.hash !== "#side") this.close({ quietly: true });
  }
}

/** The address without its place in the page. */
function plain(href) {
  const url = new URL(href, location);
  url.hash = "";
  return String(url);
}

/** A part that brings no head of its own (somebody's card) gets ours, with the button that closes. */
function frame(found) {
  const content = [...found.body.childNodes];
  found.body.replaceChildren(...document.getElementById("side-template").content.cloneNode(true).childNodes);
  found.querySelector(".side__body").append(...content);
}
