/** Who reacted with an emoji, or chose an answer of a poll: a small note at it, on hover, on focus, and on a long press. */
import { clone } from "../lib/dom.js";
import { get } from "../lib/http.js";
import { me } from "../lib/me.js";
import { plural, word } from "../lib/words.js";
import { messageOf } from "./message.js";

const HOVER_MS = 350;
const LONG_PRESS_MS = 450;
const GAP = 6;
/** All are named whom the server names (rooms/views/reactions.py); of more, the others are counted. */
const NAMED = 50;
const KEPT = 100;

export class Who {
  #chip = null;
  #timer = 0;
  #held = null;
  #known = new Map();

  #chipOf;

  /** `chipOf(event)`: what of this an event is about, or null; `doing`: the event of somebody who is there already, or null. */
  constructor(chipOf, doing, signal) {
    this.#chipOf = chipOf;
    this.tip = clone("reaction-who-template");
    const listen = (name, handler, options) => document.addEventListener(name, handler, { signal, ...options });
    const begins = {
      pointerover: (event) => event.pointerType === "mouse" && this.#later(chipOf(event), HOVER_MS),
      focusin: (event) => chipOf(event) && event.target.matches(":focus-visible") && this.#later(chipOf(event), 0),
      pointerdown: (event) => this.#press(event),
    };
    for (const [name, handler] of Object.entries(begins)) listen(name, handler);
    listen("pointerout", (event) => event.pointerType === "mouse" && chipOf(event) && !chipOf(event).contains(event.relatedTarget) && this.hide());
    // Not where the focus leaves another: a long press moves it as the finger goes.
    listen("focusout", (event) => this.#chip && chipOf(event) === this.#chip && this.hide());
    listen("keydown", (event) => event.key === "Escape" && this.#chip && this.hide());
    for (const name of ["pointerup", "pointercancel"]) listen(name, () => this.#held || clearTimeout(this.#timer));
    listen("contextmenu", (event) => this.#held && chipOf(event) && event.preventDefault());
    // A press that asked who is none that reacts or votes.
    listen("click", (event) => this.#clicked(event), { capture: true });
    listen("scroll", () => this.hide(), { capture: true, passive: true });
    if (doing) begins[doing.type](doing);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#chip?.removeAttribute("aria-describedby");
    this.#chip = null;
    this.tip.remove();
  }

  #press(event) {
    this.#held = null;
    if (event.pointerType === "mouse") return;
    const chip = this.#chipOf(event);
    if (this.#chip && chip !== this.#chip) this.hide();
    if (!chip) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#held = chip;
      this.#show(chip);
    }, LONG_PRESS_MS);
  }

  #clicked(event) {
    const held = this.#held;
    this.#held = null;
    const chip = this.#chipOf(event);
    if (held && chip === held) event.stopPropagation();
    else if (chip) this.hide();
  }

  #later(chip, delay) {
    if (!chip || chip === this.#chip) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#show(chip), delay);
  }

  async #show(chip) {
    if (!chip.isConnected) return;
    this.hide();
    this.#chip = chip;
    const { emoji, option } = chip.dataset;
    const message = messageOf(chip.closest(".message"));
    const said = await this.#names(message, emoji ? `reactions.json?emoji=${encodeURIComponent(emoji)}` : `vote/?option=${option}`);
    if (this.#chip !== chip || !said?.count || !chip.isConnected) return;
    this.tip.textContent = emoji ? word("reaction.who", { names: sentence(said), emoji }) : sentence(said);
    chip.setAttribute("aria-describedby", this.tip.id);
    // Beside the chip, so that it belongs to the same part of the page.
    (chip.closest(".reactions") ?? chip).after(this.tip);
    this.tip.showPopover();
    const at = chip.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.tip;
    const above = at.top - GAP - height;
    // The answers of a poll begin at their left: at their right it covers none of them.
    const left = emoji ? at.left : at.right - width;
    this.tip.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
    this.tip.style.top = `${above >= GAP ? above : Math.max(GAP, Math.min(at.bottom + GAP, innerHeight - height - GAP))}px`;
  }

  /** One question for each state of a message; null where the server did not say. */
  async #names(message, question) {
    const key = `${message.id} ${message.version} ${question}`;
    if (!this.#known.has(key)) {
      if (this.#known.size > KEPT) this.#known.clear();
      const asked = get(`/messages/${message.id}/${question}`);
      this.#known.set(key, asked.catch(() => (this.#known.delete(key), null)));
    }
    return this.#known.get(key);
  }
}

/** "you, Ann and 3 others", the reader first. */
function sentence({ people, count }) {
  const mine = me()?.id;
  const sorted = [...people].sort((a, b) => (b.id === mine) - (a.id === mine));
  const names = sorted.slice(0, count > NAMED ? NAMED - 1 : NAMED).map(({ id, name }) => (id === mine ? word("reaction.you") : name));
  if (count > names.length) names.push(plural("reaction.others", count - names.length));
  // The reader comes first, so this begins the sentence.
  return new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" }).format(names);
}
