/**
 * Native dialogs: what has `data-opens="id"` opens one, `data-closes` within it closes, and so does a click beside it.
 * A form with `data-confirm` is sent only after one agreed; `tw:ui.confirm` {title, text, button, answer(agreed)} asks too. The browser gives the focus back where it came from.
 */
import { clone } from "../lib/dom.js";
import { emit, on } from "../lib/events.js";

export default class Dialogs {
  constructor() {
    this.listening = new AbortController();
    const { signal } = this.listening;
    document.addEventListener("click", (event) => this.#click(event), { signal });
    document.addEventListener("submit", (event) => this.#asks(event), { capture: true, signal });
    on("tw:ui.open", ({ id }) => open(id), { signal });
    on("tw:ui.confirm", ({ answer, ...words }) => confirm(words).then(answer), { signal });
    this.#reveal();
    on("tw:ui.room", () => this.#reveal(), { signal });
  }

  stop() {
    this.listening.abort();
  }

  /** Buttons that do nothing without JavaScript are hidden until now. */
  #reveal() {
    for (const button of document.querySelectorAll("[data-opens][hidden]")) button.hidden = false;
  }

  #click({ target, clientX, clientY }) {
    const opener = target.closest?.("[data-opens]");
    if (opener) open(opener.dataset.opens);
    const dialog = target.closest?.("dialog[open]");
    if (!dialog) return;
    const box = dialog.getBoundingClientRect();
    const beside = clientX < box.left || clientX > box.right || clientY < box.top || clientY > box.bottom;
    // A click made by Enter has no place; only a real one beside the dialog closes it.
    if (target.closest("[data-closes]") || (target === dialog && beside && (clientX || clientY))) dialog.close();
  }

  #asks(event) {
    const form = event.target;
    if (!form.dataset.confirm || form.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { confirm: text, confirmTitle: title, confirmButton: button } = form.dataset;
    const { submitter } = event;
    confirm({ title, text, button }).then((agreed) => {
      if (!agreed) return;
      form.dataset.confirmed = "yes";
      // The one it was pressed with may be gone with a closed menu; its name and value still count.
      form.requestSubmit(submitter?.isConnected ? submitter : undefined);
      delete form.dataset.confirmed;
    });
  }
}

function open(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.showModal();
  emit("tw:ui.opened", { id });
}

/** Asks, and promises true or false. */
function confirm({ title, text, button }) {
  const dialog = clone("confirm-template");
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".dialog__body").textContent = text;
  dialog.querySelector("[value=yes]").textContent = button;
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      answer(dialog.returnValue === "yes");
    });
  });
}
