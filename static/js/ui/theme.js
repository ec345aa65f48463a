/**
 * Chooses the look: light, dark, or as the device. The choice shows at once and is kept in a cookie, which the server
 * reads to set `data-theme` before the first paint; what a signed-in person saves in the settings goes before it.
 *
 * On a group of buttons (`value` light, system, dark; see _theme_switch.html), or on a group of radios of a form, where
 * it is only the preview: the form saves.
 */
const YEAR = 365 * 24 * 60 * 60;
const GROUND = { light: "#eef5f8", dark: "#0b1218" };

export default class Theme {
  constructor(element) {
    this.element = element;
    this.listening = new AbortController();
    const { signal } = this.listening;
    element.addEventListener("click", (event) => this.#pressed(event.target.closest("button[value]")), { signal });
    element.addEventListener("change", (event) => this.#choose(event.target.value), { signal });
    element.hidden = false;
  }

  stop() {
    this.listening.abort();
  }

  #pressed(button) {
    if (!button) return;
    this.#choose(button.value);
    for (const other of this.element.querySelectorAll("button[value]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  }

  #choose(theme) {
    if (!["light", "system", "dark"].includes(theme)) return;
    document.documentElement.dataset.theme = theme;
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      const device = meta.media.includes("dark") ? "dark" : "light";
      meta.content = GROUND[theme] ?? GROUND[device];
    }
    const secure = location.protocol === "https:" ? "; Secure" : "";
    document.cookie = `theme=${theme}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
  }
}
