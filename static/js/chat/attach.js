/**
 * Files for a message: picked, pasted or dropped, several at once. Each is a tile over the text with what it is, how
 * far it is, a way to pause, to cancel and to try again; a picture asks for its description. Sending does not wait:
 * the message stands in the timeline, and goes as soon as its files are there.
 */
import { changedFiles, keepFiles, keptFiles } from "../lib/attached.js";
import { clone } from "../lib/dom.js";
import { countCharacters, replace } from "../lib/edit.js";
import { emit, on } from "../lib/events.js";
import { me } from "../lib/me.js";
import { sizeText } from "../lib/sizes.js";
import { plural, word } from "../lib/words.js";
import { allReady, Upload } from "../realtime/uploads.js";
import { fillTile, forgetPicture, showPicture } from "./attached.js";

/** What was attached in each place, while this page lives: going to another room and back loses nothing. */
const places = new Map();
/** The composers on the page: place → the one that holds its files. */
const open = new Map();
/** A thread is its own, in whichever room it stands. */
const placeOf = ({ room, thread }) => (thread ? `thread:${thread}` : room);
const madeIn = ({ dataset: { room, thread } }, file, told) => new Upload(file, thread ? { room, thread } : { room }, told ?? {});

// For a composer that is gone (leaving ended a voice note) they wait until it is there again.
on("tw:ui.attach", ({ form, files, told }) => {
  const place = placeOf(form.dataset);
  if (open.has(place)) return open.get(place).add(files, told);
  const uploads = files.map((file) => madeIn(form, file, told));
  places.set(place, [...(places.get(place) ?? []), ...uploads]);
  for (const upload of uploads) upload.start();
});

// Ready while one is elsewhere.
on("tw:upload.changed", ({ upload }) => {
  if (upload.state !== "ready") return;
  for (const [place, uploads] of places) if (!open.has(place) && uploads.includes(upload)) keepReady(place, uploads);
});

// Another tab of the same place: what it sent or took away is gone here, too, and what it attached comes.
addEventListener("storage", (event) => {
  for (const [place, uploads] of places) {
    const changed = changedFiles(me()?.id, place, event);
    if (!changed) continue;
    const left = uploads.filter(({ file }) => !changed.gone.includes(file?.id));
    places.set(place, [...left, ...changed.come.map(restored)]);
    open.get(place)?.show();
  }
});

export default class Attach {
  constructor(strip) {
    this.strip = strip;
    this.form = strip.closest("form");
    this.area = this.form.querySelector("textarea");
    this.input = this.form.querySelector("input[type=file][data-attach]");
    this.button = this.form.querySelector('[data-does="attach"]');
    this.asFile = this.form.querySelector('[data-does="as-file"]');
    this.most = Number(strip.dataset.most);
    this.mostBytes = Number(strip.dataset.mostBytes);
    this.place = placeOf(this.form.dataset);
    open.set(this.place, this);
    this.tiles = new Map();
    this.listening = new AbortController();
    const { signal } = this.listening;
    // Here the composer says by itself what is missing.
    this.form.noValidate = true;
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.input.click(), { signal });
    this.input.addEventListener("change", () => this.#picked(), { signal });
    this.area.addEventListener("paste", (event) => this.#pasted(event), { signal });
    this.area.addEventListener("input", () => this.#offerFile(), { signal });
    this.asFile.addEventListener("click", () => this.#textAsFile(), { signal });
    on("tw:upload.changed", ({ upload }) => this.#changed(upload), { signal });
    on("tw:ui.sending", (sending) => sending.form === this.form && this.#sending(sending), { signal });
    on("tw:ui.sent", ({ form }) => form === this.form && this.#sent(), { signal });
    if (!places.has(this.place)) places.set(this.place, keptFiles(me()?.id, this.place).map(restored));
    this.show();
    this.#offerFile();
  }

  stop() {
    this.listening.abort();
    if (open.get(this.place) === this) open.delete(this.place);
    for (const { tile } of this.tiles.values()) forgetPicture(tile);
  }

  /** The tiles of what is attached here, and of nothing else. */
  show() {
    const uploads = places.get(this.place);
    for (const { tile, upload } of this.tiles.values()) if (!uploads.includes(upload)) this.#take(tile, upload);
    for (const upload of uploads) if (!this.tiles.has(upload.key)) this.#tile(upload);
    this.#tell();
  }

  /** Takes files; `told` is what is known of them beforehand (a voice note's length and shape). */
  async add(files, told = null) {
    const room = this.most - this.tiles.size;
    if (files.length > room) emit("tw:ui.toast", { tone: "error", text: plural("attach.most", this.most) });
    const added = [...files].slice(0, Math.max(0, room)).map((file) => this.#tile(madeIn(this.form, file, told)));
    this.#tell();
    for (const upload of added) {
      if (upload.size > this.mostBytes) this.#refuse(upload, word("attach.too-large", { most: sizeText(this.mostBytes) }));
      else if (upload.size === 0) this.#refuse(upload, word("attach.empty"));
      else {
        // Not part of every visit, and nothing that has to be known.
        if (!told && /^(?:video|audio)\//.test(upload.source.type)) {
          upload.told = await import("./probe.js").then(({ probe }) => probe(upload.source)).catch(() => ({}));
        }
        if (upload.state === "waiting") upload.start();
      }
    }
    if (added.length) this.area.focus({ preventScroll: true });
  }

  #picked() {
    this.add(this.input.files);
    // The same file again is a change, too.
    this.input.value = "";
  }

  #pasted(event) {
    const { files, types } = event.clipboardData ?? {};
    // Office programs put a picture of the words beside the words: those are meant. A Mac puts a file's name beside the file.
    const formatted = types?.includes("text/html") || types?.includes("text/rtf");
    if (event.defaultPrevented || !files?.length || (formatted && types.includes("text/plain"))) return;
    event.preventDefault();
    this.add(files);
  }

  /** Text that no message holds can go as a file. */
  #offerFile() {
    const { value } = this.area;
    const most = Number(this.form.dataset.most);
    this.asFile.hidden = value.length <= most || countCharacters(value.trim()) <= most;
  }

  /** The words go once a tile holds them, and undo brings them back. */
  #textAsFile() {
    const { size } = this.tiles;
    const { value } = this.area;
    this.add([new File([value], `${word("attach.text-name")}.txt`, { type: "text/plain" })]);
    if (this.tiles.size > size) replace(this.area, 0, value.length, "");
  }

  #refuse(upload, reason) {
    Object.assign(upload, { state: "failed", error: reason, final: true });
    this.#changed(upload);
  }

  #tile(upload) {
    const tile = clone("attached-template");
    tile.dataset.upload = upload.key;
    const name = tile.querySelector(".attached__name");
    name.textContent = upload.name;
    name.title = upload.name;
    const press = (does, action) => {
      const button = tile.querySelector(`[data-does="${does}"]`);
      button.setAttribute("aria-label", word(`attach.${does}`, { name: upload.name }));
      button.addEventListener("click", action);
    };
    press("pause", () => upload.pause());
    press("resume", () => upload.start());
    press("retry", () => upload.start());
    press("remove", () => this.#remove(upload));
    const alt = tile.querySelector(".attached__alt");
    alt.value = upload.alt;
    alt.setAttribute("aria-label", word("attach.describe", { name: upload.name }));
    alt.addEventListener("change", () => this.#describe(upload, alt.value));
    alt.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      // Not the message: back to its words.
      event.preventDefault();
      event.stopPropagation();
      this.area.focus();
    });
    showPicture(tile, upload);
    this.strip.append(tile);
    this.tiles.set(upload.key, { tile, upload });
    fillTile(tile, upload);
    return upload;
  }

  #remove(upload) {
    const tiles = [...this.strip.children];
    const { tile } = this.tiles.get(upload.key);
    const next = tiles[tiles.indexOf(tile) + 1] ?? tiles[tiles.indexOf(tile) - 1];
    this.#take(tile, upload);
    upload.cancel();
    this.#tell();
    (next?.querySelector('[data-does="remove"]') ?? this.area).focus();
  }

  #take(tile, upload) {
    this.tiles.delete(upload.key);
    forgetPicture(tile);
    tile.remove();
  }

  async #describe(upload, alt) {
    const told = upload.describe(alt.trim());
    this.#keep();
    try {
      await told;
      if (open.get(this.place) === this) this.#keep();
    } catch (refusal) {
      emit("tw:ui.toast", { tone: "error", text: refusal.message || word("unreachable") });
    }
  }

  #changed(upload) {
    const found = this.tiles.get(upload.key);
    if (!found) return;
    fillTile(found.tile, upload);
    if (upload.isOver) this.#tell();
  }

  /** What the composer sends, and what is kept for after a reload. */
  #tell() {
    const uploads = [...this.tiles.values()].map(({ upload }) => upload);
    this.strip.hidden = uploads.length === 0;
    // Those still on their way count as well: a message may be of files alone.
    emit("tw:ui.extra", { form: this.form, name: "attachments", value: uploads.length ? uploads.map((upload) => upload.file?.id ?? "") : null });
    this.#keep();
  }

  #keep() {
    const uploads = [...this.tiles.values()].map(({ upload }) => upload);
    places.set(this.place, uploads);
    keepReady(this.place, uploads);
  }

  #sending({ extras, cancel }) {
    const uploads = [...this.tiles.values()].map(({ upload }) => upload);
    // Of an earlier try, which did not go.
    delete extras.hold;
    if (!uploads.length) return;
    const failed = uploads.find((upload) => upload.state === "failed");
    if (failed) {
      cancel();
      this.tiles.get(failed.key).tile.querySelector('[data-does="remove"]').focus();
      emit("tw:ui.toast", { tone: "error", text: word(failed.final ? "attach.unfit" : "attach.failed", { name: failed.name }) });
      return;
    }
    extras.attachments = uploads.map((upload) => upload.file?.id ?? "");
    extras.shown = { ...extras.shown, files: uploads.map(shownOf) };
    if (uploads.every((upload) => upload.file)) return;
    extras.hold = {
      files: () => {
        for (const upload of uploads) upload.start();
        return allReady(uploads);
      },
      cancel: () => uploads.forEach((upload) => upload.cancel()),
      back: (body) => takeBack(this.place, uploads, body),
    };
  }

  #sent() {
    // The addresses of their pictures live on: the message in the timeline shows them.
    this.tiles.clear();
    this.strip.replaceChildren();
    this.#tell();
  }
}

/** A message whose files are still on their way is in the composer again, as it was. */
function takeBack(place, uploads, body) {
  places.set(place, [...uploads, ...(places.get(place) ?? [])]);
  const home = open.get(place);
  home?.show();
  if (home && body) emit("tw:ui.insert", { form: home.form, text: home.area.value ? `${body}\n` : body });
}

function keepReady(place, uploads) {
  keepFiles(me()?.id, place, uploads.filter((upload) => upload.file).map((upload) => ({ ...upload.file, typed: upload.alt })));
}

/** An upload that was ready before a reload. */
function restored({ typed, ...file }) {
  const upload = new Upload({ name: file.name, size: file.size });
  Object.assign(upload, { state: "ready", sent: file.size, file });
  // Of what was typed the server may not have heard.
  upload.describe(typed ?? file.alt).catch(() => {});
  return upload;
}

/** What the row of a message that is not sent yet shows of it: nothing that a storage cannot keep. */
function shownOf(upload) {
  const { key, name, size, file, source, alt } = upload;
  const isPicture = file?.kind === "image" || source.type?.startsWith("image/");
  const picture = file?.thumb ?? (isPicture && source instanceof Blob ? URL.createObjectURL(source) : null);
  return { key, name, size, alt, picture, width: file?.width, height: file?.height };
}
