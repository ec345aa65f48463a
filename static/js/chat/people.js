/** Choosing people by a few letters, as chips: for a new conversation and for inviting. Without JavaScript one writes user names. */
import { emit } from "../lib/events.js";
import { get } from "../lib/http.js";
import { Listbox, option } from "../lib/listbox.js";
import { me } from "../lib/me.js";
import { plural, word } from "../lib/words.js";

const QUIET_MS = 120;

export default class People {
  constructor(element) {
    this.element = element;
    this.input = element.querySelector("input.input");
    this.chips = element.querySelector(".chips");
    this.blank = element.querySelector("template").content.firstElementChild;
    this.most = Number(element.dataset.most);
    this.box = new Listbox(this.input, element.querySelector("[role=listbox]"), {
      choose: (chosen) => this.#add(chosen.person),
      status: element.querySelector("[role=status]"),
      count: (n) => plural("complete.found", n),
    });
    this.input.setAttribute("role", "combobox");
    this.input.setAttribute("aria-autocomplete", "list");
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-describedby");
    element.querySelector(".field__hint").hidden = true;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.input.addEventListener("keydown", (event) => this.#key(event), { signal });
    this.input.addEventListener("input", () => this.#later(), { signal });
    this.input.addEventListener("focus", () => this.#later(0), { signal });
    this.input.addEventListener("blur", () => this.#hide(), { signal });
    this.chips.addEventListener("click", ({ target }) => this.#remove(target.closest("button")?.closest(".chip")), { signal });
    for (const chip of this.chips.children) this.#button(chip);
  }

  stop() {
    this.listening.abort();
    clearTimeout(this.timer);
  }

  get #chosen() {
    return new Set([...this.chips.children].map((chip) => chip.dataset.user));
  }

  #key(event) {
    if (this.box.key(event)) return;
    if (event.key === "Backspace" && this.input.value === "") this.#remove(this.chips.lastElementChild);
  }

  #later(wait = QUIET_MS) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#find(), wait);
  }

  async #find() {
    const letters = this.input.value;
    try {
      const { people } = await get(`${this.element.dataset.url}?q=${encodeURIComponent(letters.trim())}`);
      if (letters !== this.input.value || document.activeElement !== this.input) return;
      const chosen = this.#chosen;
      const others = people.filter(({ id }) => !chosen.has(id) && id !== me()?.id);
      this.box.show(others.map(row));
      this.input.setAttribute("aria-expanded", String(this.box.open));
    } catch {
      this.#hide();
    }
  }

  #hide() {
    this.box.hide();
    this.input.setAttribute("aria-expanded", "false");
  }

  #add(person) {
    if (this.#chosen.size >= this.most) {
      emit("tw:ui.toast", { text: word("people.most", { most: this.most }), tone: "warning" });
      return;
    }
    const chip = this.blank.cloneNode(true);
    chip.dataset.user = person.id;
    chip.querySelector("img").src = person.avatar;
    chip.querySelector("bdi").textContent = person.display_name || person.username;
    chip.querySelector("input").value = person.id;
    this.#button(chip);
    this.chips.append(chip);
    this.input.value = "";
    this.#hide();
    this.input.focus();
  }

  /** Chips the server drew have no button: it would do nothing without this. */
  #button(chip) {
    if (!chip.querySelector("button")) chip.append(this.blank.querySelector("button").cloneNode(true));
    const name = word("people.take-out", { name: chip.querySelector("bdi").textContent });
    chip.querySelector("button").setAttribute("aria-label", name);
  }

  #remove(chip) {
    if (!chip) return;
    chip.remove();
    this.input.focus();
  }
}

function row(person) {
  const picture = document.createElement("img");
  Object.assign(picture, { src: person.avatar, alt: "", width: 28, height: 28 });
  const frame = document.createElement("span");
  frame.className = "avatar avatar--sm";
  frame.append(picture);
  const made = option("li", [frame, { tag: "bdi", class: "complete__name", text: person.display_name || person.username }, { class: "complete__note", text: `@${person.username}` }]);
  made.person = person;
  return made;
}
