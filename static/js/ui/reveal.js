/** A button that shows the password while one checks it; hidden again before the form goes out, so that no browser keeps it as text. */
export default class Reveal {
  constructor(element) {
    this.input = element.querySelector("input");
    this.button = element.querySelector("button");
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.button.addEventListener("click", () => this.#show(this.input.type === "password"), { signal });
    this.input.form?.addEventListener("submit", () => this.#show(false), { signal });
    this.button.hidden = false;
  }

  stop() {
    this.listening.abort();
  }

  #show(shown) {
    this.input.type = shown ? "text" : "password";
    this.button.setAttribute("aria-pressed", String(shown));
  }
}
