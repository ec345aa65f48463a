/**
 * A list of suggestions under (or over) a field, as ARIA has it: the focus stays in the field, `aria-activedescendant`
 * names the option the keys stand on. Up and Down move, Enter and Tab take, Esc puts it away.
 */
let made = 0;

export class Listbox {
  /** `choose(option)` when one is taken; `status` an element that says how many there are, by `count(n)`. */
  constructor(input, list, { choose, status = null, count = String, tab = true, always = false }) {
    Object.assign(this, { input, list, choose, status, count, tab, always });
    // Before the click takes the focus out of the field.
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.#take(event.target.closest("[role=option]")));
  }

  get options() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  get active() {
    return this.list.querySelector('[aria-selected="true"]');
  }

  get open() {
    return this.always ? this.options.length > 0 : !this.list.hidden;
  }

  /** Shows what stands in `nodes`; options get their role, id and the first one the keys. */
  show(nodes) {
    this.list.replaceChildren(...nodes);
    const { options } = this;
    if (options.length === 0) return this.hide();
    for (const option of options) {
      option.id ||= `option-${(made += 1)}`;
      option.setAttribute("aria-selected", "false");
    }
    this.list.hidden = false;
    // A field may have several lists: it controls the one that is shown.
    this.input.setAttribute("aria-controls", this.list.id);
    this.stand(options[0]);
    this.list.scrollTop = 0;
    if (this.status) this.status.textContent = this.count(options.length);
  }

  hide() {
    if (!this.always) this.list.hidden = true;
    this.list.replaceChildren();
    this.input.removeAttribute("aria-activedescendant");
    if (this.status) this.status.textContent = "";
  }

  /** True where the key meant the list: then it means nothing else. */
  key(event) {
    // Safari's composition is over by the Enter that ends it: 229 tells.
    if (!this.open || event.isComposing || event.keyCode === 229) return false;
    const { options } = this;
    const at = options.indexOf(this.active);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    if (step) this.stand(options.at((at + step) % options.length));
    else if (event.key === "Enter" && !event.shiftKey) this.#take(this.active);
    else if (event.key === "Tab" && this.tab && !event.shiftKey) this.#take(this.active);
    else if (event.key === "Escape" && !this.always) this.hide();
    else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  /** The keys stand on this option now. */
  stand(option) {
    this.active?.setAttribute("aria-selected", "false");
    option.setAttribute("aria-selected", "true");
    this.input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  #take(option) {
    if (option) this.choose(option);
  }
}

/** An option out of parts: elements, or text for a span of that class. */
export function option(tag, parts) {
  const element = document.createElement(tag);
  element.className = "menu__item";
  element.setAttribute("role", "option");
  for (const part of parts) {
    if (part instanceof Node) element.append(part);
    else if (part?.text) {
      const span = document.createElement(part.tag ?? "span");
      span.className = part.class ?? "";
      span.textContent = part.text;
      element.append(span);
    }
  }
  return element;
}
