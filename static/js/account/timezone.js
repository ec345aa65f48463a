/** Offers the time zone of this device where another one, or none, is chosen. */
export default class TimeZone {
  constructor(element) {
    this.select = element.querySelector("select");
    this.button = element.querySelector('[data-part="suggestion"]');
    this.zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    this.listening = new AbortController();
    const { signal } = this.listening;
    element.querySelector('[data-part="zone"]').textContent = this.zone;
    this.button.addEventListener("click", () => this.#take(), { signal });
    this.select.addEventListener("change", () => this.#offer(), { signal });
    this.#offer();
  }

  stop() {
    this.listening.abort();
  }

  #take() {
    this.select.value = this.zone;
    this.select.focus();
    this.#offer();
  }

  #offer() {
    const known = [...this.select.options].some((option) => option.value === this.zone);
    this.button.hidden = !known || this.select.value === this.zone;
  }
}
