/** The tab says what waits: `(3) Room – TalkWave`, and a dot on the drawn mark. Coral where somebody means the reader. */
import { on } from "../lib/events.js";
import { waiting } from "../lib/roomlist.js";
import { rooms } from "../realtime/store.js";

const SIZE = 64;
const MOST = 99;

export default class Title {
  constructor(element) {
    this.site = element.dataset.site;
    this.icon = document.querySelector('link[rel="icon"]');
    this.still = element.dataset.favicon;
    this.drawn = "";
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:store.rooms", () => this.#draw(), { signal });
    // As a page begins nothing is known yet, which is not that nothing waits.
    on("tw:ui.room", () => rooms().length && this.#draw(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#dot(this.drawn, true), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #draw() {
    const sums = rooms().map(waiting);
    const unread = sums.reduce((sum, room) => sum + Math.max(room.unread, room.mentions), 0);
    const mentions = sums.reduce((sum, room) => sum + room.mentions, 0);
    const name = document.getElementById("main")?.dataset.title;
    const count = unread ? `(${unread > MOST ? `${MOST}+` : unread}) ` : "";
    document.title = count + (name ? `${name} – ${this.site}` : this.site);
    this.#dot(mentions ? "--mention" : unread ? "--accent" : "");
    navigator.setAppBadge?.(unread).catch(() => {});
  }

  /** Draws the dot in a colour of ours; "" puts the mark back as it was. */
  async #dot(colour, again = false) {
    if (colour === this.drawn && !again) return;
    this.drawn = colour;
    if (!colour) {
      this.icon.href = this.still;
      return;
    }
    const picture = new Image(SIZE, SIZE);
    picture.src = this.still;
    await picture.decode().catch(() => {});
    if (colour !== this.drawn) return;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE;
    const pen = canvas.getContext("2d");
    if (picture.naturalWidth) pen.drawImage(picture, 0, 0, SIZE, SIZE);
    pen.fillStyle = getComputedStyle(document.querySelector(colour === "--mention" ? ".badge--mention" : ".composer__send, .button--primary") ?? document.body).backgroundColor;
    pen.strokeStyle = "#fff";
    pen.lineWidth = 5;
    pen.beginPath();
    pen.arc(SIZE - 17, 17, 14, 0, 2 * Math.PI);
    pen.fill();
    pen.stroke();
    this.icon.href = canvas.toDataURL("image/png");
  }
}
