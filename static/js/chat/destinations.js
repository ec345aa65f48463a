/** Rooms and people as somewhere to go, or to send to: what they are called, how they look in a list of options. */
import { clone } from "../lib/dom.js";
import { option } from "../lib/listbox.js";
import { me } from "../lib/me.js";
import { counted, kindOf, titleOf } from "../lib/roomlist.js";
import { word } from "../lib/words.js";

/** One of my own rooms. */
export function place(room) {
  const { icon, partner } = kindOf(room, me()?.id);
  const title = titleOf(room, me()?.id, word("notes"));
  const { unread, mentions } = counted(room);
  return {
    key: `room ${room.id}`,
    id: room.id,
    group: room.kind === "direct" ? "people" : "rooms",
    title,
    names: [title, ...(partner ? [partner.username] : [])],
    note: partner ? `@${partner.username}` : room.topic,
    icon,
    avatar: partner?.avatar,
    person: partner?.id,
    url: `/rooms/${room.id}/`,
    pane: true,
    unread,
    mentions,
    calls: Number(unread > 0 || mentions > 0),
    latest: room.last_message_at ?? "",
  };
}

/** What the server found: rooms one is not in, and people. */
export function answered(result) {
  const isPerson = result.type === "person";
  return {
    key: isPerson ? `person ${result.id}` : `room ${result.id}`,
    id: isPerson ? null : result.id,
    group: isPerson || result.kind === "direct" ? "people" : "rooms",
    title: result.title,
    names: [result.title, ...(result.username ? [result.username] : [])],
    note: isPerson ? `@${result.username}` : result.topic,
    icon: result.kind === "private" ? "lock" : "hash",
    avatar: isPerson ? result.avatar : result.partner?.avatar,
    person: isPerson ? result.id : result.partner?.id,
    url: result.url,
    pane: true,
  };
}

/** The option that shows a place, with `letters` of its name set apart. */
export function row(place, letters) {
  const sign = document.createElement("span");
  sign.className = "jump__sign";
  if (place.avatar) {
    const avatar = clone("room-avatar-template");
    avatar.querySelector("img").src = place.avatar;
    avatar.querySelector(".avatar__presence").dataset.presence = place.person;
    sign.append(avatar);
  } else {
    const svg = clone("room-icon-template");
    const use = svg.querySelector("use");
    use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#${place.icon}`));
    sign.append(svg);
  }
  const badge = place.mentions || place.unread;
  const made = option("div", [
    sign,
    marked(place.title, letters),
    { class: "jump__note", tag: "bdi", text: place.note },
    badge ? { class: `badge${place.mentions ? " badge--mention" : ""}`, text: badge > 999 ? "999+" : String(badge) } : null,
  ]);
  made.place = place;
  return made;
}

/** The name with the letters one typed set apart, where they stand together. */
function marked(title, letters) {
  const name = document.createElement("bdi");
  name.className = "jump__name";
  const at = letters ? title.toLowerCase().indexOf(letters) : -1;
  if (at === -1) {
    name.textContent = title;
    return name;
  }
  const mark = document.createElement("mark");
  mark.textContent = title.slice(at, at + letters.length);
  name.append(title.slice(0, at), mark, title.slice(at + letters.length));
  return name;
}
