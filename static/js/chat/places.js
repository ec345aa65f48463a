/**
 * Where in the room one comes in: at a linked message, where one was before (reload, back), at the first new one, or
 * at the end. And remembering it, in the history entry of the room.
 */
import { on } from "../lib/events.js";
import { placeIn } from "../lib/paths.js";

const HIGHLIGHT_MS = 3_000;

export class Places {
  constructor(timeline, signal) {
    this.timeline = timeline;
    on("tw:ui.leaving", () => this.keep(), { signal });
    addEventListener("pagehide", () => this.keep(), { signal });
    // Before app.js, which would load the room again: a link to a message of this room just goes there.
    document.addEventListener("click", (event) => this.#click(event), { capture: true, signal });
  }

  /** Called once, when the rows stand and nobody has seen them yet. */
  open() {
    const { timeline } = this;
    const around = Number(timeline.section.dataset.around);
    const kept = history.state?.place;
    if (around) this.#highlight(timeline.rows.rowAt(around));
    else if (kept?.room === timeline.room) this.#return(kept);
    else this.#toFirstNew();
  }

  /** Writes into the history entry what is at the top of the screen; nothing where that is the end of the room. */
  keep() {
    const { rows, scroll, room } = this.timeline;
    const here = scroll.place();
    const atEnd = scroll.nearEnd && !rows.span.hasNewer;
    const place = here?.row.dataset.seq && !atEnd ? { room, seq: Number(here.row.dataset.seq), offset: here.offset } : null;
    history.replaceState({ ...history.state, place }, "");
  }

  async #return({ seq, offset }) {
    const row = this.timeline.rows.rowAt(seq) ?? (await this.timeline.show(seq));
    if (row) this.timeline.scroll.putBack({ row, offset });
  }

  #toFirstNew() {
    const { rows, scroll } = this.timeline;
    const row = rows.newSeq && rows.rowAt(rows.newSeq);
    if (!row) return;
    const offset = scroll.box.clientHeight / 4;
    const below = row.getBoundingClientRect().top - scroll.box.getBoundingClientRect().top;
    // Where all that is new fits on the screen, the end is the place to be.
    if (below < offset) scroll.putBack({ row, offset });
  }

  #highlight(row) {
    if (!row) return;
    this.timeline.scroll.center(row);
    row.classList.add("message--target");
    setTimeout(() => row.classList.remove("message--target"), HIGHLIGHT_MS);
  }

  #click(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || link.hasAttribute("download")) return;
    const place = placeIn(new URL(link.href));
    if (place?.room !== this.timeline.room) return;
    const { rows } = this.timeline;
    const row = place.message ? rows.row(place.message) : place.seq && rows.rowAt(place.seq);
    // Not on the page: app.js loads the room around it.
    if (!row) return;
    event.preventDefault();
    this.keep();
    history.pushState(null, "", `?at=${row.dataset.seq}`);
    this.#highlight(row);
  }
}
