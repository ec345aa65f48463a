/**
 * A picture at full size: the arrows lead through the pictures beside it (of the timeline, the thread or the gallery it
 * was opened from), wheel, pinch and double click zoom, a drag moves it, Esc or the browser's back closes.
 */
import { focusOn } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";
import { datesFor } from "../lib/time.js";
import { fitted } from "../lib/sizes.js";
import { word } from "../lib/words.js";

const HASH = "#picture";
const SWIPE_PX = 60;
const ZOOM_MOST = 8;
const phone = matchMedia("(max-width: 45rem)");

export default class Lightbox {
  constructor(dialog) {
    this.dialog = dialog;
    this.stage = dialog.querySelector(".lightbox__stage");
    this.image = dialog.querySelector(".lightbox__image");
    this.items = [];
    this.at = 0;
    this.pointers = new Map();
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.#opened(event), { signal });
    addEventListener("popstate", () => this.#back(), { signal });
    on("tw:ui.leaving", () => dialog.open && this.#leave(), { signal });
    addEventListener("resize", () => dialog.open && this.#fit(), { signal });
    dialog.addEventListener("click", (event) => this.#click(event), { signal });
    dialog.addEventListener("keydown", (event) => this.#key(event), { signal });
    dialog.addEventListener("close", () => this.#closed(), { signal });
    on("tw:message.updated", ({ message }) => dialog.open && this.#changed(message), { signal });
    this.stage.addEventListener("wheel", (event) => this.#wheel(event), { signal, passive: false });
    this.stage.addEventListener("dblclick", (event) => this.#toggle(event.clientX, event.clientY), { signal });
    // On all of it: what is pressed over the picture may be let go beside it.
    for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel"]) {
      dialog.addEventListener(name, (event) => this.#pointer(event), { signal });
    }
  }

  stop() {
    this.listening.abort();
  }

  #opened(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a.file--image[data-file]");
    if (!link) return;
    event.preventDefault();
    const place = link.closest(".timeline, .gallery, main") ?? document;
    const links = [...place.querySelectorAll("a.file--image[data-file]")];
    this.items = links.map(itemOf);
    Object.assign(this, { link, row: link.closest(".message") });
    link.focus({ preventScroll: true });
    this.dialog.showModal();
    // On a phone the browser's back is how one leaves what covers all.
    if (phone.matches) history.pushState({ ...history.state, picture: true }, "", HASH);
    this.#show(links.indexOf(link));
    this.stage.focus();
  }

  #show(at) {
    this.at = Math.min(Math.max(at, 0), this.items.length - 1);
    const item = this.items[this.at];
    const part = (name) => this.dialog.querySelector(`.lightbox__${name}`);
    this.image.src = item.thumb;
    this.#tell(item);
    part("name").textContent = item.name;
    part("author").textContent = item.author;
    part("time").dateTime = item.when;
    part("time").textContent = item.when ? datesFor().full(new Date(item.when)) : "";
    part("count").textContent = this.items.length > 1 ? word("lightbox.count", { n: this.at + 1, all: this.items.length }) : "";
    part("describe").hidden = !item.mine;
    part("download").href = `${item.url}?download`;
    part("download").download = item.name;
    part("message").href = item.message;
    part("before").disabled = this.at === 0;
    part("after").disabled = this.at === this.items.length - 1;
    this.#fit();
    this.#load(item);
    for (const beside of [this.items[this.at + 1], this.items[this.at - 1]]) if (beside) new Image().src = beside.url;
  }

  #tell({ alt, name }) {
    this.image.alt = alt || name;
    const words = this.dialog.querySelector(".lightbox__alt");
    words.textContent = alt;
    words.hidden = !alt;
  }

  /** What is to be seen was said, or said better; or its message is gone, and it with it. */
  #changed({ id: message, deleted, attachments = [] }) {
    for (const { id, alt } of attachments) Object.assign(this.items.find(({ file }) => file === id) ?? {}, { alt });
    const shown = this.items[this.at];
    if (!deleted) return this.#tell(shown);
    this.items = this.items.filter((item) => item.id !== message);
    if (!this.items.length) this.dialog.close();
    else this.#show(this.items.includes(shown) ? this.items.indexOf(shown) : this.at);
  }

  async #load(item) {
    const whole = new Image();
    whole.src = item.url;
    this.dialog.setAttribute("aria-busy", "true");
    try {
      await whole.decode();
      if (this.items[this.at] !== item) return;
      Object.assign(item, { width: whole.naturalWidth, height: whole.naturalHeight });
      this.image.src = item.url;
      if (this.scale === 1) this.#fit();
    } catch {
      // The smaller one stays: deleted meanwhile, or no network.
    } finally {
      if (this.items[this.at] === item) this.dialog.removeAttribute("aria-busy");
    }
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    const item = this.items[this.at];
    this.size = fitted(item.width, item.height, { width, height });
    Object.assign(this.image, this.size);
    this.#place(1, 0, 0);
  }

  #place(scale, x, y) {
    const reach = (side, room) => Math.max(0, (side * scale - room) / 2);
    const [across, down] = [reach(this.size.width, this.stage.clientWidth), reach(this.size.height, this.stage.clientHeight)];
    Object.assign(this, { scale, x: Math.min(across, Math.max(-across, x)), y: Math.min(down, Math.max(-down, y)) });
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${scale})`;
    this.dialog.classList.toggle("lightbox--zoomed", scale > 1);
    this.dialog.querySelector(".lightbox__zoom").setAttribute("aria-pressed", String(scale > 1));
  }

  /** What lies under the point stays under it. */
  #zoom(factor, clientX, clientY) {
    const box = this.stage.getBoundingClientRect();
    const scale = Math.min(ZOOM_MOST, Math.max(1, this.scale * factor));
    const [x, y] = [(clientX ?? box.x + box.width / 2) - box.x - box.width / 2, (clientY ?? box.y + box.height / 2) - box.y - box.height / 2];
    const by = scale / this.scale;
    this.#place(scale, x - (x - this.x) * by, y - (y - this.y) * by);
  }

  #toggle(clientX, clientY) {
    if (this.scale > 1) return this.#place(1, 0, 0);
    // To its own pixels where they are more than the window shows.
    this.#zoom(Math.max(2, this.items[this.at].width / this.size.width), clientX, clientY);
  }

  #wheel(event) {
    event.preventDefault();
    this.#zoom(Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
  }

  /** Where the next one is: to the right, or where one reads from there to the left. */
  get #turn() {
    return getComputedStyle(this.dialog).direction === "rtl" ? -1 : 1;
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const does = {
      ArrowLeft: () => this.#show(this.at - this.#turn),
      ArrowRight: () => this.#show(this.at + this.#turn),
      Home: () => this.#show(0),
      End: () => this.#show(this.items.length - 1),
      "+": () => this.#zoom(1.5),
      "=": () => this.#zoom(1.5),
      "-": () => this.#zoom(1 / 1.5),
      0: () => this.#place(1, 0, 0),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }

  #click({ target }) {
    if (target.closest(".lightbox__before")) this.#show(this.at - 1);
    else if (target.closest(".lightbox__after")) this.#show(this.at + 1);
    else if (target.closest(".lightbox__zoom")) this.#toggle();
    else if (target.closest(".lightbox__describe")) this.#describe();
    else if (target.closest(".lightbox__message")) this.#leave();
    else if (target === this.stage && !this.moved) this.dialog.close();
  }

  #describe() {
    const { file, row } = this.items[this.at];
    emit("tw:ui.action", { action: "describe", row, file });
  }

  #pointer(event) {
    const { type, pointerId: id, clientX: x, clientY: y } = event;
    if (type === "pointerdown") {
      if (event.button !== 0 || !this.stage.contains(event.target)) return;
      if (this.pointers.size === 0) Object.assign(this, { from: { x, y }, moved: false, pinched: false });
      this.pointers.set(id, { x, y });
    } else if (type === "pointermove" && (event.buttons || event.pointerType !== "mouse")) {
      if (this.pointers.has(id)) this.#move(id, { x, y });
      // A mouse that moves with no button down was let go outside the window.
    } else if (this.pointers.delete(id) && this.pointers.size === 0) {
      this.#release(event);
    }
  }

  #move(id, now) {
    const before = this.pointers.get(id);
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    this.pointers.set(id, now);
    if (Math.hypot(now.x - this.from.x, now.y - this.from.y) > 4) this.moved = true;
    if (other) {
      this.pinched = true;
      const apart = (point) => Math.hypot(point.x - other.x, point.y - other.y) || 1;
      this.#zoom(apart(now) / apart(before), (now.x + other.x) / 2, (now.y + other.y) / 2);
    } else if (this.scale > 1) {
      this.#place(this.scale, this.x + now.x - before.x, this.y + now.y - before.y);
    } else if (!this.pinched) {
      this.image.style.transform = `translateX(${now.x - this.from.x}px)`;
    }
  }

  #release({ type, clientX, clientY, pointerType }) {
    if (this.scale > 1 || this.pinched) return;
    const [across, down] = [clientX - this.from.x, clientY - this.from.y];
    this.#place(1, 0, 0);
    if (type !== "pointerup") return;
    if (Math.abs(across) > SWIPE_PX && Math.abs(across) > Math.abs(down)) this.#show(this.at - this.#turn * Math.sign(across));
    else if (pointerType !== "mouse" && down > 2 * SWIPE_PX) this.dialog.close();
  }

  /** On to its message: that way is no way back. */
  #leave() {
    if (location.hash === HASH) history.replaceState(history.state, "", location.pathname + location.search);
    this.dialog.close();
  }

  #closed() {
    // Deleted, what it was opened from is gone: its message says so.
    if (!this.link.isConnected) focusOn(this.row);
    this.image.removeAttribute("src");
    this.dialog.removeAttribute("aria-busy");
    this.pointers.clear();
    if (location.hash === HASH) history.back();
  }

  #back() {
    if (this.dialog.open && phone.matches && location.hash !== HASH) this.dialog.close();
  }
}

/** What the lightbox shows of a picture: from its link, and from the message it stands in. */
function itemOf(link) {
  const row = link.closest(".message");
  const image = link.querySelector("img.file__picture");
  const { file, name, width, height, author, at, message } = link.dataset;
  return {
    file,
    row,
    id: row?.dataset.id ?? /\/m\/(\d+)\/$/.exec(message)?.[1],
    // Forwarded pictures are described where they come from.
    mine: Boolean(row?.matches(".message--mine:not(.message--forwarded)")),
    url: link.href,
    thumb: image.currentSrc || image.src,
    name,
    alt: image.alt === name ? "" : image.alt,
    width: Number(width) || image.naturalWidth || 1,
    height: Number(height) || image.naturalHeight || 1,
    author: author ?? row?.querySelector(".message__author")?.textContent.trim() ?? "",
    when: at ?? row?.dataset.at ?? "",
    message: message ?? row?.querySelector(".message__time")?.href ?? "",
  };
}
