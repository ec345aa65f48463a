/**
 * The pane at the other side: a link with `data-side` opens its page there, the same link or Esc closes, and the focus
 * goes back where it came from. A link within it that opens another gives that an arrow back (the trail). It stays open
 * from room to room and shows the same of each. On a phone it covers the room and is a step of the browser's history:
 * back leads along the trail and then to the room, and what was open is so again after a reload, or on the way back.
 */
import { focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { page } from "../lib/http.js";
import { why } from "../lib/words.js";

/** Changes come in bunches: the pane is shown anew once, after the last. */
const SETTLES_MS = 400;
/** The address of a pane that covers the room. */
const SIDE = "#side";
const phone = matchMedia("(max-width: 45rem)");

export default class Panes {
  constructor(element) {
    this.element = element;
    this.kind = null;
    this.url = null;
    this.opener = null;
    /** What one came from within the pane: { kind, url, top (how far it was scrolled), link }, the last one last. */
    this.trail = [];
    this.asked = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.#click(event), { signal });
    addEventListener("popstate", () => this.#back(), { signal });
    this.#press();
    // On a desktop the step of the history it stood beside keeps it, for a reload.
    const { side } = history.state ?? {};
    if (phone.matches) this.#back();
    else if (side) this.#return(side, side.trail);
    on("tw:ui.side", (wish) => this.#wish(wish), { signal });
    on("tw:ui.room", () => this.#follow(), { signal });
    on("tw:ui.leaving", () => this.#keep(), { signal });
    on("tw:ui.view", () => (phone.matches ? this.#covers || this.close({ quietly: true }) : this.#remember()), { signal });
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

  /** Is the step of the history one stands at that of a pane over the room? */
  get #covers() {
    return phone.matches && location.hash === SIDE;
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
    } else if (event.target.closest("[data-side-back]")) {
      if (this.#covers) history.back();
      else this.#return(this.trail.at(-1), this.trail.slice(0, -1));
    } else if (event.target.closest("[data-side-close]")) {
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
    const within = this.#open && (phone.matches || this.element.contains(opener ?? document.activeElement));
    if (!within) this.opener = opener;
    if (within && this.url === plain(href)) return this.#load(href, { kind });
    this.#keep(opener);
    const trail = within ? [...this.trail, this.#here(opener)] : [];
    if (await this.#load(href, { kind, trail, step: phone.matches })) emit("tw:ui.view");
  }

  close({ quietly = false } = {}) {
    if (!this.#open) return;
    this.asked?.abort();
    const inside = this.element.contains(document.activeElement) || document.activeElement === document.body;
    const steps = this.#covers && !quietly ? this.trail.length + 1 : 0;
    this.element.hidden = true;
    this.trail = [];
    this.#empty();
    this.#press();
    // The room can take the focus only once it shows.
    emit("tw:ui.view");
    if (steps) history.go(-steps);
    if (inside && !focusOn(this.opener)) document.getElementById("main")?.focus();
    this.opener = null;
  }

  /** What is shown, to come back to; by `link` one leaves it. */
  #here(link = document.activeElement) {
    const { kind, url } = this;
    return { kind, url, top: this.element.querySelector(".side__body").scrollTop, link: this.element.contains(link) ? link.href : undefined };
  }

  /** Keeps in the history what one leaves. */
  #keep(link) {
    if (this.#open && this.#covers) this.#note("replaceState", this.#here(link));
  }

  #note(how, side) {
    history[how]({ ...history.state, side: { ...side, trail: this.trail } }, "", SIDE);
  }

  /** Beside the room: what is open here comes back with a reload. */
  #remember() {
    const { kind, url, trail } = this;
    if (!phone.matches) history.replaceState({ ...history.state, side: this.#open ? { kind, url, trail } : null }, "");
  }

  /** Shows what one came from: at the link one left it by. */
  async #return({ kind, url, top, link }, trail) {
    const shown = await this.#load(url, { kind, trail, top, link });
    if (shown) emit("tw:ui.view");
  }

  #empty() {
    for (const child of this.element.children) emit("tw:ui.removing", { element: child });
    this.element.replaceChildren();
  }

  /** Loads and shows a page: as another `kind`, with the way back from it; `step` makes a step of the history of it. */
  async #load(href, { kind = this.kind, trail = this.trail, top, link, step = false } = {}) {
    this.asked?.abort();
    this.asked = new AbortController();
    const url = plain(href);
    this.element.setAttribute("aria-busy", "true");
    try {
      const { found } = await page(url, { signal: this.asked.signal, fragment: "side" });
      if (!found.querySelector(".side__body")) frame(found);
      if (trail.length) found.querySelector(".side__head").prepend(document.getElementById("side-back").content.cloneNode(true));
      const held = this.element.contains(document.activeElement) ? document.activeElement : null;
      const scrolled = this.url === url ? (this.element.querySelector(".side__body")?.scrollTop ?? 0) : 0;
      Object.assign(this, { kind, url, trail });
      this.element.hidden = false;
      this.#empty();
      this.element.append(...found.body.childNodes);
      this.element.querySelector(".side__body").scrollTop = top ?? scrolled;
      if (step || this.#covers) this.#note(step ? "pushState" : "replaceState", { kind, url, top, link });
      else this.#remember();
      const left = link && [...this.element.querySelectorAll("a")].find((one) => one.href === link);
      if (left) left.focus({ preventScroll: true });
      else if (held) this.#hold(held);
      this.#press();
      for (const child of this.element.children) emit("tw:ui.added", { element: child });
      emit("tw:ui.side-shown", { kind });
      return true;
    } catch (refusal) {
      if (refusal.name !== "AbortError") emit("tw:ui.toast", { text: why(refusal), tone: "error" });
      return false;
    } finally {
      this.element.removeAttribute("aria-busy");
    }
  }

  /** Who moved about in it goes on from there: on the same link or button, else where one is now. */
  #hold(held) {
    const same = [...this.element.querySelectorAll("a, button, input, textarea, summary")].find((one) =>
      held.id ? one.id === held.id : ["href", "name", "aria-label"].every((name) => one.getAttribute(name) === held.getAttribute(name)) && one.tagName === held.tagName && one.textContent === held.textContent);
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
    this.#remember();
    if (!this.#open || this.#covers) return;
    if (phone.matches) return this.close({ quietly: true });
    // A thread stays beside its own room, and goes with it.
    const { room } = this.element.querySelector(".timeline--thread")?.dataset ?? {};
    if (room && room === document.getElementById("main")?.dataset.room) return;
    const link = document.querySelector(`.pane-head [data-side="${this.kind}"]`);
    if (!link) return this.close({ quietly: true });
    this.opener = null;
    if (new URL(link.href).pathname !== new URL(this.url).pathname) this.#load(link.href, { trail: [] });
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

  /** A step of the history: the pane that belongs to it, or none. */
  #back() {
    if (!phone.matches) return this.#remember();
    const { side } = history.state ?? {};
    if (!this.#covers) this.close({ quietly: true });
    else if (side && !(this.#open && this.url === side.url)) this.#return(side, side.trail);
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
