/**
 * Popovers (`.menu[popover]`): placed beside the button that opened them and inside the window, steered by the arrow
 * keys, closed by a choice. Opening, Esc and a click beside are the browser's own, and work without this.
 */
const GAP = 4;
const ITEMS = "a.menu__item, button.menu__item, button.menu__tool, .theme-switch button";

export default class Menus {
  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    // toggle does not bubble, so it is caught on its way down.
    document.addEventListener("beforetoggle", (event) => this.#toggles(event), { capture: true, signal });
    document.addEventListener("toggle", (event) => this.#opened(event), { capture: true, signal });
    document.addEventListener("keydown", (event) => this.#key(event), { signal });
    document.addEventListener("click", (event) => this.#chosen(event), { signal });
    addEventListener("resize", () => this.#open && place(this.#open, buttonOf(this.#open)), { signal });
  }

  stop() {
    this.listening.abort();
  }

  get #open() {
    return document.querySelector(".menu:popover-open");
  }

  #toggles({ target, newState }) {
    if (!target.matches?.(".menu[popover]")) return;
    buttonOf(target)?.setAttribute("aria-expanded", String(newState === "open"));
  }

  #opened({ target, newState }) {
    if (newState !== "open" || !target.matches?.(".menu[popover]")) return;
    place(target, buttonOf(target));
    target.querySelector(ITEMS)?.focus({ preventScroll: true });
  }

  #key(event) {
    const menu = event.target.closest?.(".menu[popover]");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const items = [...menu.querySelectorAll(ITEMS)].filter((item) => item.offsetParent !== null);
    const at = items.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    items.at(next % items.length)?.focus();
    event.preventDefault();
  }

  #chosen({ target }) {
    const item = target.closest?.(".menu__item, .menu__tool:not([popovertarget])");
    let menu = item?.closest(".menu[popover]:popover-open");
    // A menu may be opened from another one: a choice ends both.
    for (; menu; menu = menu.parentElement.closest(".menu[popover]:popover-open")) menu.hidePopover();
  }
}

function buttonOf(menu) {
  return document.querySelector(`[popovertarget="${menu.id}"]`);
}

/** Below the button, or above where there is no room; its far edge with the button's, inside the window. */
function place(menu, button) {
  if (!button) return;
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP + height <= innerHeight || at.top - GAP - height < 0;
  const left = at.left + at.width / 2 < innerWidth / 2 ? at.left : at.right - width;
  menu.style.left = `${Math.max(GAP, Math.min(left, innerWidth - width - GAP))}px`;
  menu.style.top = `${Math.max(GAP, below ? Math.min(at.bottom + GAP, innerHeight - height - GAP) : at.top - GAP - height)}px`;
}
