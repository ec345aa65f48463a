/**
 * Every key of the chat: the one table that chat/keyboard.js and chat/shortcuts.js act on and the map (`?`) shows.
 * `keys` are ways to say the same; Mod is ⌘ on Apple's machines and Ctrl elsewhere. `does` names the word `key.<does>`.
 * The map shows the first of the keys, or all of them where each does its part (`all`).
 * `where`: anywhere · outside (not while one writes) · writing (in the composer) · message (shown only: chat/keys.js acts).
 */
const APPLE = /Mac|iPhone|iPad/.test(globalThis.navigator?.platform ?? "");

export const KEYMAP = [
  { group: "moving", does: "jump", keys: ["Mod+K"], where: "anywhere" },
  { group: "moving", does: "search", keys: ["Mod+Shift+F", "/"], where: "anywhere" },
  { group: "moving", does: "previous-room", keys: ["Alt+ArrowUp"], where: "anywhere" },
  { group: "moving", does: "next-room", keys: ["Alt+ArrowDown"], where: "anywhere" },
  { group: "moving", does: "previous-unread", keys: ["Alt+Shift+ArrowUp"], where: "anywhere" },
  { group: "moving", does: "next-unread", keys: ["Alt+Shift+ArrowDown"], where: "anywhere" },
  { group: "moving", does: "side", keys: ["Mod+."], where: "anywhere" },
  { group: "moving", does: "composer", keys: ["Mod+Shift+L"], where: "anywhere" },
  { group: "moving", does: "regions", keys: ["F6"], where: "anywhere" },
  { group: "moving", does: "first-unread", keys: ["Mod+J"], where: "anywhere" },
  { group: "moving", does: "calendar", keys: ["Mod+Shift+D"], where: "anywhere" },
  { group: "moving", does: "read", keys: ["Escape"], where: "anywhere" },
  { group: "moving", does: "read-all", keys: ["Shift+Escape"], where: "anywhere" },
  { group: "moving", does: "undo", keys: ["Mod+Z"], where: "anywhere" },
  { group: "moving", does: "map", keys: ["?", "Mod+/"], where: "anywhere" },
  { group: "writing", does: "send", keys: ["Enter"], where: "composer" },
  { group: "writing", does: "break", keys: ["Shift+Enter"], where: "composer" },
  { group: "writing", does: "edit-last", keys: ["ArrowUp"], where: "composer" },
  { group: "writing", does: "people", keys: ["@"], where: "composer" },
  { group: "writing", does: "rooms", keys: ["#"], where: "composer" },
  { group: "writing", does: "emoji", keys: [":"], where: "composer" },
  { group: "message", does: "walk", keys: ["ArrowUp", "ArrowDown"], where: "message", all: true },
  { group: "message", does: "ends", keys: ["Home", "End"], where: "message", all: true },
  { group: "message", does: "actions", keys: ["Enter"], where: "message" },
  { group: "message", does: "unread", keys: ["U"], where: "message" },
  { group: "message", does: "edit", keys: ["E"], where: "message" },
  { group: "message", does: "react", keys: ["R", "+"], where: "message" },
  { group: "message", does: "save", keys: ["S"], where: "message" },
  { group: "message", does: "pin", keys: ["P"], where: "message" },
  { group: "message", does: "reply", keys: ["Q"], where: "message" },
  { group: "message", does: "thread", keys: ["T"], where: "message" },
  { group: "message", does: "forward", keys: ["F"], where: "message" },
  { group: "message", does: "select", keys: ["X"], where: "message" },
  { group: "message", does: "select-range", keys: ["Shift+ArrowDown"], where: "message" },
  { group: "message", does: "copy-link", keys: ["C"], where: "message" },
  { group: "message", does: "delete", keys: APPLE ? ["Backspace", "Delete"] : ["Delete", "Backspace"], where: "message" },
  { group: "format", does: "bold", keys: ["Mod+B"], where: "writing" },
  { group: "format", does: "italic", keys: ["Mod+I"], where: "writing" },
  { group: "format", does: "strike", keys: ["Mod+Shift+X"], where: "writing" },
  { group: "format", does: "code", keys: ["Mod+E"], where: "writing" },
  { group: "format", does: "link", keys: ["Mod+K"], where: "writing", selected: true },
];

/** Is this the key press that `keys` (as in the table) means? */
export function matches(event, keys) {
  return keys.some((combination) => {
    // "+" parts, of which the last may be the sign itself.
    const parts = combination.split("+");
    const key = parts.pop();
    const mod = parts.includes("Mod");
    if (event.altKey !== parts.includes("Alt")) return false;
    if ((APPLE ? event.metaKey : event.ctrlKey) !== mod || (APPLE ? event.ctrlKey : event.metaKey)) return false;
    // A sign such as ? needs Shift on one keyboard and not on another: it is enough that it came.
    const sign = key.length === 1 && !/[a-z]/i.test(key);
    if (!sign && event.shiftKey !== parts.includes("Shift")) return false;
    return event.key.toLowerCase() === key.toLowerCase();
  });
}

/** The keys of one combination as they are printed on them; `name(key)` gives the words for Shift and its like. */
export function printed(combination, name = (key) => key) {
  const signs = { Mod: APPLE ? "⌘" : name("Ctrl"), Alt: APPLE ? "⌥" : name("Alt"), Shift: name("Shift"), Enter: name("Enter") };
  const more = { ArrowUp: "↑", ArrowDown: "↓", Escape: name("Esc"), Delete: name("Del"), Backspace: "⌫", Home: name("Home"), End: name("End") };
  return combination.split("+").map((key) => signs[key] ?? more[key] ?? key);
}
