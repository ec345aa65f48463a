/**
 * Puts the live path together, once a tab: socket → router → catchup → store and everybody who listens.
 * app.js starts it where somebody is signed in; chat/ modules use the small functions below.
 */
import { emit, on } from "../lib/events.js";
import { Catchup } from "./catchup.js";
import { outbox } from "./outbox.js";
import { Reads } from "./reads.js";
import { Router } from "./router.js";
import { socket } from "./socket.js";
import { store } from "./store.js";
import { follow } from "./threads.js";

/** Hidden for longer than this, a tab may have slept: ask what was missed. */
const ASLEEP_MS = 30_000;

let epoch = null;
let person = null;
let catchingUp = 0;
let hiddenSince = null;

const request = (command) => socket.request(command);
const router = new Router({ store, onHello: greeted });
const catchup = new Catchup({
  request,
  apply: (event) => router.apply(event),
  reset: (room) => emit("tw:ui.reset", { room }),
  onBusy: (rooms) => {
    catchingUp = rooms;
    sayConnection();
  },
});
router.catchup = catchup;
const reads = new Reads({ request, store });

/** Opens the live path for this person. */
export function start(userId) {
  store.belongsTo(userId);
  socket.onObject = (object) => router.take(object);
  socket.onState = (state) => {
    sayConnection();
    if (state === "stopped") emit("tw:ui.stopped", { code: socket.stopCode });
  };
  on("tw:outbox.changed", sayConnection);
  on("tw:read.updated", ({ room, back }) => back && reads.forget(room));
  on("tw:store.doubt", ({ room }) => reads.doubt(room));
  // For modules that only want to say something: typing, presence. `resolve` and `reject` where an answer is wanted.
  on("tw:ui.send", ({ resolve, reject, ...command }) => {
    if (resolve || reject) request(command).then(resolve, reject ?? (() => {}));
    else socket.send(command);
  });
  follow({ request, count: (unread) => store.threads(unread) });
  listenToTheWorld();
  outbox.start(userId);
  socket.connect();
}

/**
 * A page shows `room` as of `version`: its changes come as events from there on. Where the lists count otherwise than the
 * page, `{unread, mentions}`, the server is asked.
 */
export function openRoom(room, version, { unread, mentions }) {
  catchup.open(room, version);
  const known = store.room(room);
  if (known && (known.unread !== unread || known.mentions !== mentions)) reads.doubt(room);
}

/** That page is gone. */
export function closeRoom(room) {
  catchup.close(room);
}

/** The reader has seen everything of the room up to `seq`. */
export function markRead(room, seq) {
  reads.mark(room, seq);
}

/** The message with this seq, and all after it, are to be unread again. Promises that the server did so. */
export function markUnread(room, seq) {
  reads.forget(room);
  return request({ type: "room.unread", room, seq });
}

/** Does the reader look at the end of this room now? */
export function watching(room, watched) {
  store.watch(room, watched);
}

/** The reader as a wire Person, as hello told; null before the first one. */
export function reader() {
  return person;
}

/** How it stands now: {state: online|catching-up|offline|stopped, since, waiting}. */
export function connection() {
  const { state, since, stopCode } = socket;
  const behind = state === "online" && (catchingUp > 0 || outbox.isBehind);
  return { state: behind ? "catching-up" : state, since, waiting: outbox.waiting, stopCode };
}

function greeted(hello) {
  const restored = epoch !== null && hello.epoch !== epoch;
  epoch = hello.epoch;
  person = hello.user;
  const listed = new Set(hello.rooms.map((room) => room.id));
  // Taken out, or gone from elsewhere, while this tab was away: nobody could tell it then.
  for (const { id } of store.rooms()) if (!listed.has(id)) router.take({ type: "room.left", room: id, reason: "removed" });
  const open = catchup.rooms().filter((room) => catchup.isOpen(room));
  for (const room of catchup.rooms()) if (!listed.has(room) && !open.includes(room)) catchup.forget(room);
  router.known(hello.rooms);
  store.replace(hello.rooms);
  for (const room of hello.rooms) {
    if (open.includes(room.id) && !restored) catchup.check(room.id, room.version);
    else if (!open.includes(room.id)) catchup.hold(room.id, room.version);
  }
  // A database restored from a backup is another life: whatever is held from before may never have happened.
  if (restored) for (const room of open) startAnew(room, hello.rooms);
  // A room one only looks at is not in hello; what happened in it meanwhile is asked for.
  else for (const room of open) if (!listed.has(room)) catchup.sync(room);
  reads.flush();
  outbox.resume();
}

function startAnew(room, rooms) {
  const version = rooms.find((known) => known.id === room)?.version ?? 0;
  catchup.forget(room);
  catchup.open(room, version);
  emit("tw:ui.reset", { room });
}

function listenToTheWorld() {
  addEventListener("online", () => (socket.state === "online" ? socket.probe() : socket.hurry()));
  addEventListener("offline", () => socket.probe(2_000));
  // A page put away for the back button holds no connection, and opens one when it is shown again.
  addEventListener("pagehide", (event) => event.persisted && socket.disconnect());
  addEventListener("pageshow", (event) => event.persisted && socket.connect());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") {
      hiddenSince = Date.now();
      return;
    }
    const slept = hiddenSince !== null && Date.now() - hiddenSince > ASLEEP_MS;
    hiddenSince = null;
    if (socket.state !== "online") socket.hurry();
    else if (slept) {
      socket.probe();
      for (const room of catchup.rooms()) if (catchup.isOpen(room)) catchup.sync(room);
    }
  });
}

let said = "";

function sayConnection() {
  const now = connection();
  const text = JSON.stringify(now);
  if (text === said) return;
  said = text;
  emit("tw:ui.connection", now);
}
