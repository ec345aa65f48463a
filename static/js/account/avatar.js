/** Shows a picture as it will look before it is uploaded, and says at once what the server would refuse. */
export default class Avatar {
  constructor(element) {
    this.element = element;
    this.input = element.querySelector('input[type="file"]');
    this.image = element.querySelector("img");
    this.error = element.querySelector(".field__error");
    this.submit = element.querySelector('[data-part="submit"]');
    this.before = this.image.src;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.input.addEventListener("change", () => this.#show(this.input.files[0]), { signal });
    // The button has nothing to do until a file is chosen; without JavaScript it is always there.
    this.submit.disabled = true;
  }

  stop() {
    this.listening.abort();
    this.#forget();
  }

  #show(file) {
    this.#forget();
    this.image.src = this.before;
    this.#say("");
    this.submit.disabled = !file;
    if (!file) return;
    if (file.size > Number(this.element.dataset.maxBytes)) {
      this.#refuse(this.element.dataset.tooLarge);
      return;
    }
    this.address = URL.createObjectURL(file);
    const trial = new Image();
    trial.src = this.address;
    trial.decode().then(
      () => {
        if (trial.src === this.address) this.image.src = this.address;
      },
      () => {
        if (trial.src === this.address) this.#refuse(this.element.dataset.notAPicture);
      },
    );
  }

  #refuse(words) {
    this.submit.disabled = true;
    this.#say(words);
  }

  #say(words) {
    this.error.textContent = words;
    if (words) this.input.setAttribute("aria-invalid", "true");
    else this.input.removeAttribute("aria-invalid");
  }

  #forget() {
    if (this.address) URL.revokeObjectURL(this.address);
    this.address = undefined;
  }
}
