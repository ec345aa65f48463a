/** Keeps what is being written, one draft a room, through reload and signing in again; the sidebar shows where one waits. */
import { draftOf, keepDraft } from "../lib/drafts.js";
import { emit } from "../lib/events.js";
import { me } from "../lib/me.js";

const QUIET_MS = 400;

export default class Drafts {
  constructor(element) {
    this.area = element.querySelector("textarea");
    this.room = element.dataset.room;
    this.user = me()?.id;
    this.timer = null;
    this.listening = new AbortController();
    const { signal } = this.listening;
    this.area.addEventListener("input", () => this.#later(), { signal });
    // The last moments one is told of on a phone, and before a page is left.
    document.addEventListener("visibilitychange", () => this.keep(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    this.#restore();
  }

  stop() {
    this.keep();
    this.listening.abort();
  }

  keep() {
    clearTimeout(this.timer);
    if (this.timer === null) return;
    this.timer = null;
    keepDraft(this.user, this.room, this.area.value);
    emit("tw:ui.draft", { room: this.room });
  }

  #restore() {
    const text = draftOf(this.user, this.room);
    if (!text || this.area.value) return;
    this.area.value = text;
    this.area.setSelectionRange(text.length, text.length);
    this.area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "restored" }));
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), this.area.value ? QUIET_MS : 0);
  }
}
