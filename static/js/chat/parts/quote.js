/** In a row of the timeline: what an inline reply answers, in a line that leads there. It follows the message it names. */
import { textOfHtml } from "../../lib/dom.js";
import { on } from "../../lib/events.js";
import { messagePath } from "../../lib/paths.js";
import { word } from "../../lib/words.js";

const WORDS_MOST = 140;

export function fill(row, message) {
  const line = row.querySelector(".quote");
  line.hidden = !message.quote;
  if (message.quote) show(line, message.room, message.quote);
}

/** What is not sent yet shows what it answers, too. */
export function pending(row, entry) {
  if (entry.shown?.quote) fill(row, { room: entry.room, quote: entry.shown.quote });
}

/** A wire quote of a wire Message, as the server makes it; `text` are its words where its html is not known. */
export function quoteOf(message, text = textOfHtml(message.html)) {
  const { id, seq, sender, deleted, attachments } = message;
  const words = excerptOf(text) || excerptOf(attachments.map(({ name }) => name).join(", "));
  return { id, seq, sender, deleted, excerpt: deleted ? "" : words };
}

/** Fills a quote line: whose words they are, and the first of them. */
export function show(line, room, { id, sender, excerpt, deleted }) {
  line.dataset.id = id;
  line.href = messagePath(room, id);
  const face = line.querySelector(".quote__face");
  if (face.getAttribute("src") !== sender.avatar) face.src = sender.avatar;
  line.querySelector(".quote__who").textContent = sender.display_name;
  line.querySelector(".quote__words").textContent = deleted ? word("quote.deleted") : excerpt || word("quote.no-words");
}

function excerptOf(text) {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > WORDS_MOST ? `${line.slice(0, WORDS_MOST - 1)}…` : line;
}

// What was answered is changed, deleted or taken back: every line that quotes it says so. In another room it is not quoted.
on("tw:message.updated", ({ room, message }) => {
  const gone = /^moved/.test(message.system?.event) ? message.system.messages : [];
  for (const id of [message.id, ...gone]) {
    for (const line of document.querySelectorAll(`.timeline[data-room="${CSS.escape(room)}"] .quote[data-id="${CSS.escape(id)}"]`)) {
      const stood = line.querySelector(".quote__words").textContent !== word("quote.deleted");
      // Nobody touched its words: what the server made of them stays.
      if (id === message.id && (line.hidden || message.edited_at || message.deleted === stood)) show(line, room, quoteOf(message));
      line.hidden = id !== message.id;
    }
  }
});
