/** Whom words call: their names, and asking first where `@everyone` or `@here` would call many. */
import { emit } from "../lib/events.js";
import { get } from "../lib/http.js";
import { plural, word } from "../lib/words.js";
import { room as known } from "../realtime/store.js";

const NAME = /(?<![\p{L}\p{N}_@/])@([\p{L}\p{N}][\p{L}\p{N}_]*(?:[.\-]+[\p{L}\p{N}_]+)*)/gu;
/** Code is not spoken: a name in it calls nobody. */
const CODE = /```[\s\S]*?(?:```|$)|`[^`\n]*`/g;
export const GROUPS = ["everyone", "here"];

export function namesIn(body) {
  if (!body.includes("@")) return new Set();
  return new Set([...body.replace(CODE, " ").matchAll(NAME)].map(([, name]) => name.toLowerCase()));
}

export const groupIn = (names) => GROUPS.find((one) => names.has(one));

/** Members call nobody by these (rooms/roles.py): to whom they write so, the words stay words. */
export const mayCall = (id) => {
  const { kind, role } = known(id) ?? {};
  return kind === "direct" || role !== "member";
};

/**
 * Counts who would be called in these rooms, and asks where they are many: true where the words may go. Who may call
 * nobody is told so.
 */
export async function agreed(ids, body) {
  const group = groupIn(namesIn(body));
  const rooms = group ? ids.filter(mayCall) : [];
  if (group && ids.length && !rooms.length) emit("tw:ui.toast", { text: word("call.may-not"), tone: "warning" });
  const most = Number(document.querySelector("[data-ask-above]").dataset.askAbove);
  let count = sum(rooms.map(size));
  if (group === "here" && count > most) {
    // How many are here only the server knows; where it cannot be asked, all of them might be.
    count = sum(await Promise.all(rooms.map((id) => get(`/rooms/${id}/mentioned.json?here=1`).then(({ here }) => here, () => size(id)))));
  }
  if (count <= most) return true;
  return new Promise((answer) => {
    emit("tw:ui.confirm", { title: word("call.title"), text: plural("call.text", count), button: word("call.button"), answer });
  });
}

const size = (id) => (known(id)?.member_count ?? 1) - 1;
const sum = (numbers) => numbers.reduce((all, one) => all + one, 0);
