/**
 * The picker of emoji: one for the whole page, opened by `tw:ui.pick-emoji` {anchor, choose(sign, url)} beside the anchor, on a
 * phone as a sheet from below. The library and its data are loaded when it is first opened. The sign is an emoji, or
 * `:name:` for one of the community's own, which has a picture.
 */
import { focusOn } from "../lib/dom.js";
import { byName, keepSkinTone, ownEmoji, skinTone } from "../lib/emojis.js";
import { emit, on } from "../lib/events.js";
import { Favourites } from "../lib/favourites.js";
import { me } from "../lib/me.js";
import { word } from "../lib/words.js";

const touch = matchMedia("(pointer: coarse) and (hover: none)");
const GAP = 6;
/** The library looks for words of at least so many letters. */
const SEARCHED_FROM = 2;
/** The tab of smileys. */
const FACES = "[role=tab][data-group-id=\"0\"]";

export default class EmojiPicker {
  constructor(box) {
    this.box = box;
    this.body = box.querySelector(".emoji-box__body");
    this.none = box.querySelector(".emoji-box__none");
    this.favourites = new Favourites(me().id);
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.pick-emoji", (wanted) => this.#open(wanted), { signal });
    box.addEventListener("toggle", ({ newState }) => newState === "closed" && this.#closed(), { signal });
    // In a field for searching the browser's Esc only empties it.
    box.addEventListener("keydown", (event) => this.#key(event), { signal });
    addEventListener("resize", () => this.#place(), { signal });
  }

  stop() {
    this.listening.abort();
  }

  async #open({ anchor, choose, closed }) {
    this.wanted = { anchor, choose, closed };
    this.box.showPopover();
    this.#place();
    try {
      this.picker ??= await this.#make();
    } catch (error) {
      console.error("the picker did not load", error);
      emit("tw:ui.toast", { text: word("unreachable"), tone: "error" });
      return this.box.hidePopover();
    }
    this.#place();
    // A finger chooses; the keyboard of a phone would cover what there is to choose from.
    const start = touch.matches ? this.box : this.picker.shadowRoot.querySelector("input");
    start?.focus({ preventScroll: true });
    const { emoji, may_add: mayAdd } = await ownEmoji();
    this.#own(emoji);
    this.box.querySelector(".emoji-box__foot").hidden = !mayAdd;
  }

  #key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.box.hidePopover();
    } else if (event.key === "Enter" && event.isTrusted && event.composedPath()[0].matches("input")) {
      // The library's first Enter stands on the first that was found, and its second takes it: one has to do.
      event.composedPath()[0].dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, composed: true }));
    }
  }

  async #make() {
    const german = document.documentElement.lang.startsWith("de");
    const [{ default: Picker }, words] = await Promise.all([
      import("../../vendor/emoji-picker-element/picker.js"),
      german ? import("../../vendor/emoji-picker-element/de.js") : null,
    ]);
    const picker = new Picker({ locale: german ? "de" : "en", dataSource: this.box.dataset.emojiData, customEmoji: [] });
    if (words) picker.i18n = words.default;
    // The tone is this person's, whoever else uses this browser.
    await picker.database.setPreferredSkinTone(skinTone()).catch(() => {});
    // The library sorts what it found as the tabs do: an astronaut, who has a rocket, before the rocket.
    const { database } = picker;
    const search = database.getEmojiBySearchQuery.bind(database);
    database.getEmojiBySearchQuery = async (words) => {
      const found = byName(await search(words), words);
      this.none.hidden = found.length > 0;
      return found;
    };
    // Fewer letters than it looks for show the tabs again.
    picker.shadowRoot.addEventListener("input", ({ target }) => (this.none.hidden ||= target.value.trim().length < SEARCHED_FROM));
    picker.addEventListener("skin-tone-change", ({ detail }) => keepSkinTone(detail.skinTone));
    picker.addEventListener("emoji-click", ({ detail }) => this.#choose(detail.unicode ?? `:${detail.emoji.name}:`, detail.emoji.url));
    this.body.replaceChildren(picker, this.none);
    await picker.database.ready();
    return picker;
  }

  /** The community's own have a tab of their own; it begins with the faces all the same. */
  #own(emoji) {
    const names = emoji.map(({ name }) => name).join();
    if (names === this.names) return;
    this.names = names;
    this.picker.customEmoji = emoji.map(({ name, url }) => ({ name, url, shortcodes: [name] }));
    requestAnimationFrame(() => this.picker.shadowRoot.querySelector(FACES)?.click());
  }

  #choose(sign, url) {
    const { choose } = this.wanted ?? {};
    this.favourites.use(sign, url);
    this.box.hidePopover();
    choose?.(sign, url);
  }

  #closed() {
    const { anchor, closed } = this.wanted ?? {};
    this.wanted = null;
    const search = this.picker?.shadowRoot.querySelector("input");
    this.none.hidden = true;
    if (search?.value) {
      search.value = "";
      search.dispatchEvent(new InputEvent("input", { bubbles: true }));
    }
    const here = document.activeElement;
    // A click elsewhere has put the focus where it should be.
    if (closed) closed();
    else if (!here || here === document.body || this.box.contains(here)) focusOn(anchor);
  }

  /** Beside the anchor and inside the window; a phone's sheet is placed by its styles. */
  #place() {
    const { anchor } = this.wanted ?? {};
    if (!anchor?.isConnected) return;
    const at = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const above = at.top - GAP - height;
    const top = above >= GAP ? above : Math.min(at.bottom + GAP, innerHeight - height - GAP);
    const left = Math.min(at.right - width, innerWidth - width - GAP);
    this.box.style.setProperty("--picker-top", `${Math.max(GAP, top)}px`);
    this.box.style.setProperty("--picker-left", `${Math.max(GAP, left)}px`);
  }
}
