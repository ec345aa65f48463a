/** In a row of the timeline: where a forwarded message comes from, in a line that leads there; of a poll its answers. */
import { sourcePath } from "../../lib/paths.js";
import { word } from "../../lib/words.js";

export function fill(row, { forward }, reader) {
  const line = row.querySelector(".forwarded");
  line.hidden = !forward;
  ask(row.querySelector(".asked"), forward);
  row.classList.toggle("message--forwarded", Boolean(forward));
  if (!forward) return;
  line.href = sourcePath(forward.message);
  say(line, forward, reader);
}

/** The server wrote its own day: this is the reader's. */
export function adopt(row, message, reader) {
  if (message?.forward) fill(row, message, reader);
}

/** The votes are where it was asked: here one reads what there is to choose from. */
function ask(box, forward) {
  box.hidden = !forward?.poll;
  if (box.hidden) return;
  box.querySelector(".asked__way").href = sourcePath(forward.message);
  box.querySelector(".asked__options").replaceChildren(...forward.poll.map((text) => {
    const item = document.createElement("li");
    return Object.assign(item, { className: "asked__option", dir: "auto", textContent: text });
  }));
}

function say(line, { sender, kind, room, at }, { dates }) {
  const place = room ? `#${room.name}` : kind === "private" ? word("forwarded.elsewhere") : null;
  const day = dates.dayLabel(new Date(at));
  const from = word("forwarded.from", { name: sender.display_name });
  line.querySelector(".forwarded__from").textContent = [from, place, day].filter(Boolean).join(" · ");
  line.title = dates.full(new Date(at));
}
