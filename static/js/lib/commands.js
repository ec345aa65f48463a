/**
 * The commands of the composer, and what somebody meant who began with a slash. `takes`: the words after it may be left
 * out (`some`), must be there (`all`) or do not count (`none`); `where` the kinds of room it makes sense in; `verb`: what
 * not everybody may (rooms/roles.py).
 */
export const COMMANDS = [
  { name: "me", takes: "all" },
  { name: "shrug", takes: "some" },
  { name: "topic", takes: "all", where: ["public", "private"], verb: "topic" },
  { name: "invite", takes: "all", where: ["public", "private"] },
  { name: "leave", takes: "none", where: ["public", "private"] },
  { name: "mute", takes: "none" },
  { name: "dm", takes: "all" },
  { name: "status", takes: "some" },
  { name: "away", takes: "none" },
  { name: "remind", takes: "all" },
  { name: "poll", takes: "some" },
  { name: "search", takes: "some" },
  { name: "help", takes: "none" },
];

const SHRUG = "¯\\\\\\_(ツ)\\_/¯";
const EMOJI = /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}{2}|[#*0-9]\ufe0f?\u20e3)[\p{Emoji_Modifier}\u200d\ufe0f\p{Extended_Pictographic}]*/u;

/**
 * What the text of a message means: null (just words), { literal } (words after a slash that is to be sent),
 * { command, words } or { unknown } (the name that was tried), { wrong: "missing" | "where", command }.
 */
export function meant(text, kind) {
  if (text.startsWith("//")) return { literal: text.slice(1) };
  const found = /^\/([a-z]+)(?:\s+([\s\S]*))?$/i.exec(text);
  if (!found) return null;
  const name = found[1].toLowerCase();
  const words = (found[2] ?? "").trim();
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) return { unknown: found[1] };
  if (!fits(command, kind)) return { wrong: "where", command };
  if (command.takes === "all" && !words) return { wrong: "missing", command };
  if (command.takes === "none" && words) return { wrong: "many", command };
  return { command, words };
}

/** The commands that begin with these letters, for a room of this kind and who may do these things there. */
export function beginning(letters, kind, may) {
  const begun = COMMANDS.filter((command) => command.name.startsWith(letters.toLowerCase()) && fits(command, kind));
  return begun.filter(({ verb }) => !verb || may.includes(verb));
}

function fits({ where }, kind) {
  return !where || where.includes(kind);
}

/** What `/mute` makes of how a room counts: nothing; and said again, what it was before, as far as this browser knows. */
export function turned(notify, key, storage = globalThis.localStorage) {
  try {
    if (notify !== "none") storage.setItem(key, notify);
    else return storage.getItem(key) === "mentions" ? "mentions" : "all";
  } catch {
    // Nothing is kept here: then it is all of them again, and is said to be.
    if (notify === "none") return "all";
  }
  return "none";
}

/** `/me waves` as a line about its writer. */
export function action(name, words) {
  const [first, ...more] = words.replace(/[*_]/g, "\\$&").split("\n");
  const who = name.replace(/[\\`*_[\]~|$<>&@:#]/g, "\\$&");
  return [`_${who} ${first.trim()}_`, ...more].join("\n");
}

/** `/shrug never mind`, with the signs of Markdown in it kept from meaning anything. */
export function shrug(words) {
  return words ? `${words} ${SHRUG}` : SHRUG;
}

/** `/status 🌴 on holiday`: {emoji, text}; `clear` or `-` takes it away. */
export function statusOf(words) {
  if (/^(?:clear|-)$/i.test(words)) return { emoji: "", text: "" };
  const emoji = EMOJI.exec(words)?.[0] ?? "";
  return { emoji, text: words.slice(emoji.length).trim() };
}

/** `/dm @ann, @bob hello`: the people, then what to say to them. */
export function addressed(words) {
  const found = /^((?:@[\p{L}\p{N}_.-]+[\s,]*)+|[\p{L}\p{N}_.-]+)\s*([\s\S]*)$/u.exec(words);
  return found ? { names: found[1].replace(/[@,]/g, " ").replace(/\s+/g, " ").trim(), text: found[2].trim() } : { names: words, text: "" };
}

/** `/poll Lunch? | soup | salad`, or a line each: {question, options}. */
export function asked(words) {
  const [question, ...options] = words.split(words.includes("|") ? "|" : "\n").map((part) => part.trim());
  return { question, options: options.filter(Boolean) };
}
