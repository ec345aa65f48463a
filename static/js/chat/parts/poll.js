/**
 * In a row of the timeline: the answers to the question a message asks. A press votes, another takes it back; what the
 * server says then comes as the changed message.
 */
import { emit, on } from "../../lib/events.js";
import { get, post } from "../../lib/http.js";
import { datesFor } from "../../lib/time.js";
import { plural, word } from "../../lib/words.js";

const FACES_MOST = 5;
/** Longer than this no timer runs: the page will not stand so long. */
const TIMER_MOST_MS = 24 * 3_600_000;
/** What the reader chose, where the poll does not tell: an anonymous one, and one with very many voters. It is asked for. Message id → ids of options. */
const chosen = new Map();
const ends = new WeakMap();
/** Of each row the poll as it was last told, and to whom. */
const latest = new WeakMap();

// On another device of the reader's.
on("tw:poll.mine", ({ message, options }) => {
  if (!chosen.has(message)) return;
  chosen.set(message, new Set(options));
  for (const row of document.querySelectorAll(`.message[data-id="${CSS.escape(message)}"]`)) refill(row);
});

// What was said while this device was away is asked for anew.
let away = false;
on("tw:ui.connection", ({ state }) => {
  const back = away && state === "online";
  away = state === "offline" || (away && !back);
  if (!back) return;
  chosen.clear();
  for (const row of document.querySelectorAll(".message:has(.poll:not([hidden]))")) refill(row);
});

export function fill(row, message, reader) {
  const box = row.querySelector(".poll");
  const { poll } = message;
  box.hidden = !poll;
  if (!poll) return;
  latest.set(row, { message, reader });
  const over = poll.closed || (poll.closes_at && Date.parse(poll.closes_at) <= Date.now());
  const mine = minesOf(row, message, reader);
  const list = box.querySelector(".poll__options");
  const buttons = new Map([...list.querySelectorAll("[data-option]")].map((button) => [button.dataset.option, button]));
  if (poll.options.some(({ id }) => !buttons.has(id))) list.replaceChildren();
  for (const option of poll.options) {
    const button = list.querySelector(`[data-option="${CSS.escape(option.id)}"]`) ?? make(list, option);
    show(button, option, { poll, over, mine: mine.has(option.id) });
    button.onclick = () => vote(row, message, reader, option.id);
  }
  box.querySelector(".poll__state").textContent = stateOf(poll, over);
  const close = box.querySelector("[data-poll=close]");
  close.hidden = over || !(message.sender.id === reader.me?.id || reader.may?.has("delete_others"));
  close.onclick = () => ask(box, `/messages/${message.id}/close/`, []);
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
  button.disabled = over;
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

function refill(row) {
  const told = latest.get(row);
  if (told && row.isConnected) fill(row, told.message, told.reader);
}

function stateOf(poll, over) {
  const parts = [plural("poll.voters", poll.voters)];
  if (poll.multiple) parts.push(word("poll.multiple"));
  if (poll.anonymous) parts.push(word("poll.anonymous"));
  if (over) parts.push(word("poll.ended"));
  else if (poll.closes_at) parts.push(word("poll.ends", { when: datesFor().full(new Date(poll.closes_at)) }));
  return parts.join(" · ");
}

function minesOf(row, message, reader) {
  const { poll } = message;
  const me = reader.me?.id;
  const named = poll.options.filter(({ users }) => users.includes(me)).map(({ id }) => id);
  // Of very many voters only the first are named.
  const all = !poll.anonymous && poll.options.every(({ count, users, id }) => count === users.length || named.includes(id));
  if (all) return new Set(named);
  if (!chosen.has(message.id)) {
    const unknown = new Set();
    chosen.set(message.id, unknown);
    if (poll.voters && me) {
      get(`/messages/${message.id}/vote/`).then(({ options }) => {
        // What was chosen meanwhile is newer.
        if (chosen.get(message.id) === unknown) chosen.set(message.id, new Set(options));
        refill(row);
      }, () => chosen.get(message.id) === unknown && chosen.delete(message.id));
    }
  }
  return chosen.get(message.id);
}

async function vote(row, message, reader, id) {
  const before = minesOf(row, message, reader);
  const mine = new Set(before);
  const had = mine.delete(id);
  if (!message.poll.multiple) mine.clear();
  if (!had) mine.add(id);
  // The changed message may be told before the answer: what is chosen is known by then.
  const choose = (options) => {
    chosen.set(message.id, options);
    refill(row);
  };
  choose(mine);
  const box = row.querySelector(".poll");
  if (!(await ask(box, `/messages/${message.id}/vote/`, [...mine].map((one) => ["options", one])))) choose(before);
}

async function ask(box, url, fields) {
  if (box.getAttribute("aria-busy")) return false;
  box.setAttribute("aria-busy", "true");
  try {
    await post(url, new URLSearchParams(fields));
    return true;
  } catch (refusal) {
    emit("tw:ui.toast", { text: refusal.message || word("unreachable"), tone: "error" });
    return false;
  } finally {
    box.removeAttribute("aria-busy");
  }
}

/** One that ends by itself says so when it does. */
function endInTime(row, message, reader, over) {
  clearTimeout(ends.get(row));
  const left = message.poll.closes_at && !over ? Date.parse(message.poll.closes_at) - Date.now() : 0;
  if (left <= 0 || left > TIMER_MOST_MS) return;
  ends.set(row, setTimeout(() => row.isConnected && fill(row, message, reader), left + 50));
}
