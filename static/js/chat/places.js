/**
 * Where in the room one comes in: at a linked message, where one was before (reload, back), at the first new one, or
 * at the end. And remembering it, in the history entry of the room.
 */
import { emit, on } from "../lib/events.js";
import { placeIn } from "../lib/paths.js";
import { connection } from "../realtime/live.js";
import { pointOut } from "./found.js";

const REST_MS = 400;

export class Places {
  constructor(timeline, signal) {
    Object.assign(this, { timeline, signal });
    on("tw:ui.leaving", () => this.keep(), { signal });
    // A page that is being left may not write any more, so it is written when the reader comes to rest.
    let rest = null;
    timeline.scroll.box.addEventListener("scroll", () => {
      clearTimeout(rest);
      rest = setTimeout(() => signal.aborted || this.keep(), REST_MS);
    }, { passive: true, signal });
    addEventListener("popstate", () => this.#back(), { signal });
    // Before app.js, which would load the room again: a link to a message of this room just goes there.
    document.addEventListener("click", (event) => this.#click(event), { capture: true, signal });
  }

  /** Called once, when the rows stand and nobody has seen them yet. */
  open() {
    const { timeline } = this;
    this.address = location.pathname + location.search;
    this.search = location.search;
    const around = Number(timeline.section.dataset.around);
    const kept = history.state?.place;
    // Back at a linked message, one is where one had read on to from there.
    if (kept?.room === timeline.room) this.#return(kept, around);
    else if (around) this.#highlight(timeline.rows.rowAt(around));
    else this.#toFirstNew();
  }

  /** Writes into the history entry what is at the top of the screen; nothing where that is the end of the room. */
  keep() {
    const { rows, scroll, room } = this.timeline;
    // On the way back the entry is another one's already (another room's, or place's), while this one still stands.
    if (placeIn(new URL(location.href))?.room !== room || location.search !== this.search) return;
    const here = scroll.place();
    const atEnd = scroll.nearEnd && !rows.span.hasNewer;
    const place = here?.row.dataset.seq && !atEnd ? { room, seq: Number(here.row.dataset.seq), offset: here.offset } : null;
    history.replaceState({ ...history.state, place }, "");
  }

  /** The way to a row that stands here is a step of the history; `tw:ui.leaving` was said before anything moved. */
  step(row, search = `?at=${row.dataset.seq}`) {
    if (location.search + location.hash !== search) history.pushState(null, "", search);
    this.search = search;
    // On a phone the room lay under the list one chose from.
    emit("tw:ui.view");
  }

  /** Back from such a step to the room as it was opened; anything else navigation.js loads. */
  #back() {
    if (location.pathname + location.search !== this.address || location.search === this.search) return;
    this.search = location.search;
    const kept = history.state?.place;
    if (kept) this.#return(kept, 0);
    else this.timeline.toNewest();
  }

  #return({ seq, offset }, around) {
    const { rows, scroll } = this.timeline;
    const row = rows.rowAt(seq);
    if (row) return scroll.putBack({ row, offset });
    const linked = around && rows.rowAt(around);
    if (linked) scroll.center(linked);
    const { fromEnd } = scroll;
    // Whoever scrolled meanwhile is somewhere by choice.
    this.#online(() => scroll.fromEnd === fromEnd && this.#fetch({ seq, offset }));
  }

  async #fetch({ seq, offset }) {
    const row = await this.timeline.show(seq);
    if (row) this.timeline.scroll.putBack({ row, offset });
  }

  /** Does it as soon as the server can be asked: a page that was just loaded is not connected yet. */
  #online(action) {
    if (connection().state !== "offline") return action();
    const once = new AbortController();
    const signal = AbortSignal.any([once.signal, this.signal]);
    on("tw:ui.connection", ({ state }) => state !== "offline" && (once.abort(), action()), { signal });
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
    const searched = new URLSearchParams(this.search).get("find");
    this.timeline.reading.looking = searched !== null;
    this.timeline.scroll.center(row);
    this.timeline.keys.target(row);
    pointOut(row, searched ?? "");
  }

  #click(event) {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest?.("a[href]");
    if (!link || link.origin !== location.origin || link.getAttribute("href").startsWith("#")) return;
    const place = placeIn(new URL(link.href));
    if (place?.room !== this.timeline.room) return;
    const { rows } = this.timeline;
    const row = place.message ? rows.row(place.message) : place.seq && rows.rowAt(place.seq);
    // Not on the page: app.js loads the room around it.
    if (!row) return;
    event.preventDefault();
    emit("tw:ui.leaving");
    this.step(row, place.seq ? link.search : undefined);
    this.#highlight(row);
  }
}
