/**
 * In a row of the timeline: the thread below it, with a mark where the reader follows it and something is unread; of an
 * answer that stands in the room as well, the way to its thread; of a message from another room, that it was moved.
 */
import { emit, on } from "../../lib/events.js";
import { threadPath } from "../../lib/paths.js";
import { plural, word } from "../../lib/words.js";
import { hasNews } from "../../realtime/threads.js";

export function fill(row, message, reader) {
  const line = row.querySelector(".thread-line");
  const { thread } = message;
  line.hidden = !thread;
  if (thread) {
    line.href = threadPath(message.room, message.id);
    const faces = line.querySelector(".thread-line__faces");
    if (faces.dataset.people !== thread.people.join()) {
      faces.dataset.people = thread.people.join();
      faces.replaceChildren(...thread.people.map(face));
    }
    line.querySelector(".thread-line__count").textContent = plural("thread.answers", thread.count);
    const last = new Date(thread.last_at);
    const { dates } = reader;
    line.querySelector(".thread-line__last").textContent = word("thread.last", { when: dates.brief(last) });
    line.title = dates.full(last);
    mark(line, message.id);
  }
  const way = row.querySelector(".thread-way");
  // In the thread itself it leads nowhere else.
  way.dataset.root = message.thread_root ?? "";
  way.hidden = !message.thread_root || message.in_room === false || Boolean(row.closest(".timeline--thread"));
  if (!way.hidden) way.href = threadPath(message.room, message.thread_root);
  const moved = row.querySelector(".moved");
  moved.hidden = !message.moved_at || message.deleted;
  if (!moved.hidden) moved.querySelector(".moved__words").textContent = word("moved.here", { when: reader.dates.full(new Date(message.created_at)) });
}

export function adopt(row, message, reader) {
  if (message) fill(row, message, reader);
}

function mark(line, root) {
  line.querySelector(".thread-line__new").hidden = !hasNews(root);
}

function face(id) {
  const image = document.createElement("img");
  Object.assign(image, { src: `/people/${id}/avatar`, alt: "", width: 20, height: 20, loading: "lazy", decoding: "async" });
  return image;
}

on("tw:threads.changed", () => {
  for (const line of document.querySelectorAll(".thread-line:not([hidden])")) mark(line, line.closest(".message").dataset.id);
});

// T, or its button: the thread beside the room; in the thread itself one is there already.
on("tw:ui.action", ({ action, id, room, row }) => {
  if (action !== "thread") return;
  const { thread } = row.closest(".timeline").dataset;
  if (thread) return emit("tw:ui.focus-composer", { thread });
  const root = row.querySelector(".thread-way").dataset.root || id;
  emit("tw:ui.side", { open: { kind: "thread", href: threadPath(room, root), opener: row } });
});
