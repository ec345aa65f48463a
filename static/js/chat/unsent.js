/** What the buttons below a message that is not sent do: in the room, and in a thread. */
import { emit } from "../lib/events.js";
import { word } from "../lib/words.js";
import { outbox } from "../realtime/outbox.js";
import { fillUnsent } from "./message.js";

/** `thread` is the root of the thread the row stands in; null in the room. */
export function actOnUnsent(button, room, thread) {
  const { unsent: action } = button.dataset;
  const row = button.closest(".message");
  const { clientId } = row.dataset;
  const entry = outbox.pending().find((one) => one.client_id === clientId);
  if (action === "copy") {
    if (entry) emit("tw:ui.copy", { text: [entry.body, ...(entry.extras?.poll?.options ?? [])].join("\n"), said: word("copied-text") });
    return;
  }
  if (action === "back") outbox.takeBack(clientId);
  if (action === "discard") outbox.discard(clientId);
  if (action === "retry") {
    outbox.retry(clientId, room);
    if (entry) fillUnsent(row, entry);
  }
  emit("tw:ui.focus-composer", { thread });
}
