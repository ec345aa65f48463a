/**
 * Calling people: `@everyone` and `@here` ask first where many would be called, and say so to whoever may not; somebody
 * who was named and is not in the room can be invited. All of it stands above the words and is seen by the author alone.
 */
import { meant } from "../lib/commands.js";
import { emit, on } from "../lib/events.js";
import { get, post } from "../lib/http.js";
import { plural, word, why } from "../lib/words.js";
import { room as known } from "../realtime/store.js";
import { agreed, groupIn, GROUPS, mayCall, namesIn } from "./called.js";

const NAMES_MOST = 50;

export default class Calling {
  constructor() {
    this.agreed = null;
    this.sending = null;
    /** Composer → whom it offers to invite. */
    this.offers = new Map();
    this.listening = new AbortController();
    const { signal } = this.listening;
    on("tw:ui.sending", (sending) => this.#sending(sending), { signal });
    on("tw:ui.sent", (sent) => this.#sent(sent), { signal });
    on("tw:member.joined", ({ room, member }) => this.#joined(room, member.id), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #sending({ form, room, body, extras, cancel, again }) {
    const said = meant(body, known(room)?.kind);
    // A command is said to nobody; these two only say it in another way.
    if (said && !said.literal && !["me", "shrug"].includes(said.command?.name)) return;
    const names = namesIn(body);
    this.sending = { form, room, names, note: "" };
    const alone = "thread" in form.dataset && extras?.in_room !== true;
    if (alone || !groupIn(names)) return;
    if (!mayCall(room)) this.sending.note = word("call.may-not");
    else if (this.agreed === body) this.agreed = null;
    else {
      cancel();
      this.#ask({ form, room, body, again });
    }
  }

  /** Sends the words again once it was agreed to. */
  async #ask({ form, room, body, again }) {
    const agrees = await agreed([room], body);
    const area = form.querySelector("textarea");
    if (agrees && area.value === body) {
      this.agreed = body;
      again();
    } else area.focus();
  }

  #sent({ form, client_id }) {
    note(form, "");
    const { sending } = this;
    this.sending = null;
    if (sending?.form !== form) return;
    if (sending.note) note(form, sending.note);
    this.#absent({ ...sending, client_id });
  }

  async #absent({ form, room, names, client_id }) {
    const people = [...names].filter((name) => !GROUPS.includes(name)).slice(0, NAMES_MOST);
    if (people.length === 0 || known(room)?.kind === "direct") return;
    const { absent } = await get(`/rooms/${room}/mentioned.json?names=${encodeURIComponent(people.join(","))}`).catch(() => ({ absent: [] }));
    if (absent.length && form.isConnected) this.#offer(form, { room, absent, client_id });
  }

  /** Invited by somebody else, or on another page. */
  #joined(room, id) {
    for (const [form, offer] of this.offers) {
      if (offer.room !== room || !offer.absent.some((one) => one.id === id)) continue;
      this.#offer(form, { ...offer, absent: offer.absent.filter((one) => one.id !== id) });
    }
  }

  #offer(form, { room, absent, client_id }) {
    note(form, "");
    this.offers.delete(form);
    if (!absent.length) return;
    const said = { names: absent.map((one) => one.display_name || one.username).join(", ") };
    note(form, plural("absent", absent.length, said), {
      name: word("absent.invite"),
      run: async () => {
        const fields = new FormData();
        // Whom these words name they call then.
        if (client_id) fields.append("client_id", client_id);
        for (const one of absent) fields.append("users", one.id);
        try {
          await post(`/rooms/${room}/members/invite/`, fields);
          note(form, "");
          emit("tw:ui.toast", { text: plural("absent.done", absent.length, said), tone: "success" });
          emit("tw:ui.focus-composer", { thread: form.dataset.thread });
        } catch (refusal) {
          emit("tw:ui.toast", { text: why(refusal), tone: "error" });
        }
      },
    });
    this.offers.set(form, { room, absent, client_id });
  }
}

/** The composers whose Esc takes such a line away. */
const heard = new WeakSet();

/** What else is open in the composer (a list, an answer) takes its Esc first. */
function hear(form) {
  if (heard.has(form)) return;
  heard.add(form);
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !form.querySelector(".private-note")) return;
    event.preventDefault();
    note(form, "");
    form.querySelector("textarea").focus();
  });
}

/** A line above the composer for its author alone; empty takes it away. `does`: {name, run} of its button. */
function note(form, text, does = null) {
  form.querySelector(".private-note")?.remove();
  if (!text) return;
  hear(form);
  const line = document.createElement("div");
  line.className = "private-note";
  line.setAttribute("role", "status");
  const words = document.createElement("span");
  words.className = "private-note__text";
  words.dir = "auto";
  line.append(words);
  if (does) line.append(button(does.name, "button button--sm", does.run));
  const close = button("×", "button button--quiet button--icon button--sm", () => {
    line.remove();
    form.querySelector("textarea").focus();
  });
  close.setAttribute("aria-label", word("note.close"));
  line.append(close);
  form.prepend(line);
  // Said aloud: a live region speaks of what changes within it.
  words.textContent = text;
}

function button(name, className, run) {
  const made = document.createElement("button");
  Object.assign(made, { type: "button", className, textContent: name });
  made.addEventListener("click", run);
  return made;
}
