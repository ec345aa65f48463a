/**
 * In a row of the timeline: the answers to the question a message asks. A press votes, another takes it back; what the
 * server says then comes as the changed message.
 */
import { focusOn } from "../../lib/dom.js";
import { emit, on } from "../../lib/events.js";
import { post } from "../../lib/http.js";
import { datesFor } from "../../lib/time.js";
import { plural, word } from "../../lib/words.js";
import { asWished, forget, know, press } from "./votes.js";

const FACES_MOST = 5;
/** Longer than this no timer runs: the page will not stand so long. */
const TIMER_MOST_MS = 24 * 3_600_000;
const ends = new WeakMap();
/** Of each row the poll as it was last told, and to whom. */
const latest = new WeakMap();

// On another device of the reader's.
on("tw:poll.mine", ({ message, options }) => {
  know(message, options);
  refill(message);
});

// What was said while this device was away is asked for anew.
let away = false;
on("tw:ui.connection", ({ state }) => {
  const back = away && state === "online";
  away = state === "offline" || (away && !back);
  if (!back) return;
  forget();
  for (const row of document.querySelectorAll(".message:has(.poll:not([hidden]))")) refill(row.dataset.id);
});

export function fill(row, message, reader) {
  const box = row.querySelector(".poll");
  box.hidden = !message.poll;
  if (!message.poll) return;
  latest.set(row, { message, reader });
  const { poll, mine } = asWished(message, reader.me?.id, () => refill(message.id));
  const over = poll.closed || (poll.closes_at && Date.parse(poll.closes_at) <= Date.now());
  box.classList.toggle("poll--multiple", Boolean(poll.multiple));
  const list = box.querySelector(".poll__options");
  const buttons = new Map([...list.querySelectorAll("[data-option]")].map((button) => [button.dataset.option, button]));
  if (poll.options.some(({ id }) => !buttons.has(id))) list.replaceChildren();
  for (const option of poll.options) {
    const button = list.querySelector(`[data-option="${CSS.escape(option.id)}"]`) ?? make(list, option);
    show(button, option, { poll, over, mine: mine.has(option.id) });
    button.onclick = () => over || vote(message, reader, option.id);
  }
  box.querySelector(".poll__state").textContent = stateOf(poll, over);
  const close = box.querySelector("[data-poll=close]");
  const pressed = close === document.activeElement;
  close.hidden = over || !(message.sender.id === reader.me?.id || reader.may?.has("delete_others"));
  if (pressed && close.hidden) focusOn(row);
  close.onclick = () => askToEnd(message);
  endInTime(row, message, reader, over);
}

/** What the server rendered can be pressed from now on. */
export function adopt(row, message, reader) {
  if (message?.poll) fill(row, message, reader);
}

/** What is not sent yet shows what it asks. */
export function pending(row, entry) {
  const options = entry.extras?.poll?.options;
  if (!options) return;
  row.querySelector(".poll").hidden = false;
  for (const [index, text] of options.entries()) {
    const button = make(row.querySelector(".poll__options"), { id: `${index}`, text });
    show(button, { text, count: 0, users: [] }, { poll: { voters: 0 }, over: true, mine: false });
  }
}

function make(list, { id }) {
  const item = document.createElement("li");
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "poll__option" });
  button.dataset.option = id;
  const bar = document.createElement("progress");
  bar.className = "poll__bar";
  bar.setAttribute("aria-hidden", "true");
  button.append(bar, ...["mark", "text", "faces", "count"].map((name) => {
    const span = document.createElement("span");
    span.className = `poll__${name}`;
    return span;
  }));
  button.querySelector(".poll__text").dir = "auto";
  for (const silent of button.querySelectorAll(".poll__mark, .poll__faces")) silent.setAttribute("aria-hidden", "true");
  item.append(button);
  list.append(item);
  return button;
}

function show(button, option, { poll, over, mine }) {
  const bar = button.querySelector(".poll__bar");
  bar.max = Math.max(1, poll.voters);
  bar.value = option.count;
  // One that is over can still be asked who voted (who.js).
  button.disabled = false;
  button.setAttribute("aria-disabled", String(Boolean(over)));
  button.toggleAttribute("data-named", option.users.length > 0);
  button.setAttribute("aria-pressed", String(mine));
  button.querySelector(".poll__text").textContent = option.text;
  button.querySelector(".poll__count").textContent = option.count;
  const faces = option.users.slice(0, FACES_MOST).map((id) => {
    const face = new Image(16, 16);
    Object.assign(face, { src: `/people/${id}/avatar`, alt: "", className: "poll__face", loading: "lazy" });
    return face;
  });
  button.querySelector(".poll__faces").replaceChildren(...faces);
}

/** Its rows: it may stand in the room and in its thread. */
function refill(id) {
  for (const row of document.querySelectorAll(`.message[data-id="${CSS.escape(id)}"]`)) {
    const told = latest.get(row);
    if (told) fill(row, told.message, told.reader);
  }
}

function stateOf(poll, over) {
  const parts = [plural("poll.voters", poll.voters)];
  if (poll.multiple) parts.push(word("poll.multiple"));
  if (poll.anonymous) parts.push(word("poll.anonymous"));
  if (over) parts.push(word("poll.ended"));
  else if (poll.closes_at) parts.push(word("poll.ends", { when: untilWhen(new Date(poll.closes_at)) }));
  return parts.join(" · ");
}

function untilWhen(date) {
  const dates = datesFor();
  const [day, clock] = [dates.brief(date), dates.clock(date)];
  return day === clock ? clock : `${day}, ${clock}`;
}

async function vote(message, reader, option) {
  try {
    await press(message, reader.me?.id, option, () => refill(message.id));
  } catch (refusal) {
    refused(refusal);
  }
}

function askToEnd(message) {
  const answer = (agreed) => agreed && post(`/messages/${message.id}/close/`, {}).catch(refused);
  emit("tw:ui.confirm", { title: word("poll.end.title"), text: word("poll.end.text"), button: word("poll.end.button"), answer });
}

function refused(refusal) {
  emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
}

/** One that ends by itself says so when it does. */
function endInTime(row, message, reader, over) {
  clearTimeout(ends.get(row));
  const left = message.poll.closes_at && !over ? Date.parse(message.poll.closes_at) - Date.now() : 0;
  if (left <= 0 || left > TIMER_MOST_MS) return;
  ends.set(row, setTimeout(() => row.isConnected && fill(row, message, reader), left + 50));
}
