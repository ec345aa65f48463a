/**
 * Slash commands: `/` at the start lists them; sent, they do what they say. What is not understood is said here, over the
 * composer, to nobody else, and the text stays.
 */
import { clone } from "../lib/dom.js";
import { action, addressed, asked, beginning, COMMANDS, meant, shrug, statusOf, turned } from "../lib/commands.js";
import { replace } from "../lib/edit.js";
import { emit, on } from "../lib/events.js";
import { go } from "../lib/go.js";
import { post } from "../lib/http.js";
import { Listbox, option } from "../lib/listbox.js";
import { mayHere, me } from "../lib/me.js";
import { roomVerbPath } from "../lib/paths.js";
import { plural, word } from "../lib/words.js";
import { reader } from "../realtime/live.js";
import { outbox } from "../realtime/outbox.js";
import { room as known } from "../realtime/store.js";

export default class Commands {
  constructor(place) {
    this.place = place;
    this.form = place.closest("form");
    this.area = this.form.querySelector("textarea");
    this.room = this.form.dataset.room;
    this.kind = place.dataset.roomKind;
    this.busy = false;
    this.box = new Listbox(this.area, this.form.querySelector("[data-command-list]"), {
      choose: ({ dataset }) => this.#choose(dataset.text),
      status: this.form.querySelector("[data-complete-count]"),
      count: (n) => plural("complete.found", n),
    });
    this.listening = new AbortController();
    const { signal } = this.listening;
    // Captured: the list and the hint take their keys before anything else on the textarea does.
    this.area.addEventListener("keydown", (event) => this.#key(event), { capture: true, signal });
    this.area.addEventListener("input", ({ detail }) => this.#look(detail), { signal });
    this.area.addEventListener("blur", () => this.box.hide(), { signal });
    on("tw:ui.sending", (sending) => sending.form === this.form && this.#sending(sending), { signal });
  }

  stop() {
    this.listening.abort();
  }

  #key(event) {
    if (this.box.key(event)) return event.stopImmediatePropagation();
    if (event.key !== "Escape" || event.isComposing || !this.place.childElementCount) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.#say("");
  }

  #look(detail) {
    if (!this.busy) this.#say("");
    const { selectionStart: caret, value } = this.area;
    const letters = detail === "restored" ? null : /^\/([a-z]*)$/i.exec(value.slice(0, caret))?.[1];
    const found = letters === undefined || letters === null || /^\S/.test(value.slice(caret)) ? [] : beginning(letters, this.kind, mayHere());
    // Written out, it is a command: Enter sends it, and how it is used stays in sight.
    const begun = /^\/([a-z]+)(?=\s|$)/i.exec(value)?.[1].toLowerCase();
    const whole = detail === "restored" ? undefined : COMMANDS.find(({ name }) => name === begun);
    if (found.length && !whole) this.box.show(found.map(entry));
    else if (this.box.open) this.box.hide();
    if (whole) this.#usage(whole);
  }

  #choose(text) {
    replace(this.area, 0, this.area.selectionStart, text);
    this.box.hide();
  }

  #sending(sending) {
    const said = meant(sending.body, this.kind);
    if (!said) return;
    if (said.literal) return sending.replace(said.literal);
    const name = said.wrong ? "" : said.command?.name;
    if (name === "me") return sending.replace(action(reader()?.display_name ?? reader()?.username ?? "", said.words));
    if (name === "shrug") return sending.replace(shrug(said.words));
    sending.cancel();
    if (said.unknown) return this.#say(word("command.unknown", { name: said.unknown }), true);
    if (said.wrong) return this.#say(word(`command.${said.wrong}`, { name: said.command.name, usage: usage(said.command) }), true);
    this.#run(said, sending);
  }

  async #run({ command, words }, sending) {
    // Once all have heard of it: whether it is to be later is said by another.
    await null;
    const { body, later } = sending;
    if (later) return this.#say(word("command.later", { name: command.name }), true);
    if (command.name === "help") return this.#help();
    if (this.busy) return;
    this.busy = true;
    this.form.setAttribute("aria-busy", "true");
    try {
      // A room left, or another one gone to: the text is taken out before its composer goes.
      const then = await RUN[command.name](words, this);
      if (this.area.value === body) replace(this.area, 0, body.length, "");
      this.#say("");
      then?.();
    } catch (refusal) {
      if (!(refusal instanceof Error) || refusal.code === undefined) throw refusal;
      this.#say(refusal.message || word("unreachable"), true);
    } finally {
      this.busy = false;
      this.form.removeAttribute("aria-busy");
    }
  }

  #help() {
    const note = clone("command-help-template");
    const list = note.querySelector("dl");
    note.querySelector("button").addEventListener("click", () => (this.#say(""), this.area.focus()));
    for (const command of beginning("", this.kind, mayHere())) {
      const [name, what] = [document.createElement("dt"), document.createElement("dd")];
      name.textContent = usage(command);
      what.textContent = word(`command.${command.name}.what`);
      list.append(name, what);
    }
    replace(this.area, 0, this.area.value.length, "");
    this.place.replaceChildren(note);
  }

  #usage(command) {
    this.#say(`${usage(command)}: ${word(`command.${command.name}.what`)}`);
  }

  #say(text, wrong = false) {
    if (!text) return this.place.replaceChildren();
    const note = clone("command-hint-template");
    note.classList.toggle("composer-note--wrong", wrong);
    note.querySelector("p").textContent = text;
    this.place.replaceChildren(note);
  }
}

/** What each does; gives what is to be done once the composer is empty. A refusal is thrown. */
const RUN = {
  topic: (topic, { room }) => post(roomVerbPath(room, "edit"), { topic }).then(done),
  invite: (names, { room }) => post(roomVerbPath(room, "members/invite"), { names: names.replace(/[@,]/g, " ") }).then(done),
  // Its own form asks first, as the menu of the room does.
  leave: async (_, { room }) => () => document.querySelector(`form[action="${roomVerbPath(room, "leave")}"]`)?.requestSubmit(),
  mute: async (_, { room }) => {
    const notify = turned(known(room)?.notify ?? "all", `tw:before-mute:${me()?.id}:${room}`);
    await post(roomVerbPath(room, "notify"), { notify });
    return () => toast(word(`command.counts-${notify}`));
  },
  dm: async (words) => {
    const { names, text } = addressed(words);
    const { room, url } = await post("/direct/", { names });
    // Sent from elsewhere: it reads nothing there.
    if (text) outbox.enqueue({ room: room.id, body: text, reads: false });
    return () => go(url);
  },
  status: async (words) => (words ? post("/status/", { ...statusOf(words), minutes: "" }).then(done) : () => emit("tw:ui.open", { id: "my-status" })),
  remind: (text) => post("/reminders/add/", { text }).then(done),
  // What is begun in a thread is asked in the thread.
  poll: async (words, { form }) => () => emit("tw:ui.poll", { form, ...asked(words) }),
  search: async (words) => () => emit("tw:ui.side", { open: { kind: "search", href: `/search/?q=${encodeURIComponent(words)}` } }),
  away: () => post("/away/", {}).then(done),
};

const done = ({ detail }) => () => detail && toast(detail);
const toast = (text) => emit("tw:ui.toast", { text, tone: "success" });
const usage = ({ name }) => `/${name} ${word(`command.${name}.args`)}`.trim();

function entry(command) {
  const made = option("li", [{ class: "complete__name", text: usage(command) }, { class: "complete__note", text: word(`command.${command.name}.what`) }]);
  made.dataset.text = command.takes === "none" ? `/${command.name}` : `/${command.name} `;
  return made;
}
