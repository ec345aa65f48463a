/**
 * The live path of a page, spoken to over stdin, a line of JSON each: rooms/tests/test_reducer.py is its server.
 * Everything is the page's own (realtime/), but the network, the clock, and the timeline, which here is a map.
 *
 * Takes {do: open {me, room, version, messages} · serve {objects} · drop · pass {ms} · mark {seq} · state}, answers each
 * with {sent: the commands since, rooms, messages}.
 */
import { createInterface } from "node:readline";
import { fakeClock, fakeWebSockets } from "./fakes.mjs";

const clock = fakeClock();
Math.random = () => 0.5;
const { FakeWebSocket, opened } = fakeWebSockets();
Object.assign(globalThis, {
  document: Object.assign(new EventTarget(), { visibilityState: "visible" }),
  location: { protocol: "http:", host: "server" },
  addEventListener: () => {},
  WebSocket: FakeWebSocket,
  ...clock.timers,
});

const { on } = await import("../../../static/js/lib/events.js");
const live = await import("../../../static/js/realtime/live.js");
const { request } = await import("../../../static/js/realtime/socket.js");
const { store } = await import("../../../static/js/realtime/store.js");

/** As the timeline and its paginator keep messages: by id, newer versions only, and a page in place of all on a reset. */
const timeline = {
  messages: new Map(),
  meanwhile: null,
  stale: false,
  take(message) {
    if ((this.messages.get(message.id)?.version ?? 0) < message.version) this.messages.set(message.id, message);
    this.meanwhile?.push(message);
  },
  async load(room) {
    this.stale = true;
    const ours = (this.meanwhile = []);
    const page = await request({ type: "history", room, limit: 100 }).catch(() => null);
    if (!page || this.meanwhile !== ours) return;
    this.meanwhile = null;
    this.stale = false;
    this.messages = new Map(page.messages.map((message) => [message.id, message]));
    for (const message of ours) this.take(message);
  },
};

let shown = null;
let told = 0;
on("tw:message.created", ({ message }) => timeline.take(message));
on("tw:message.updated", ({ message }) => timeline.take(message));
on("tw:ui.reset", ({ room }) => timeline.load(room));
on("tw:ui.connection", ({ state }) => state !== "offline" && timeline.stale && timeline.load(shown));

const does = {
  open({ me, room, version, messages }) {
    shown = room;
    for (const message of messages) timeline.take(message);
    live.start(me);
    live.openRoom(room, version, { unread: 0, mentions: 0 });
  },
  serve: ({ objects }) => opened.at(-1).serves(...objects),
  drop: () => opened.at(-1).drops(1006),
  pass: ({ ms }) => clock.pass(ms),
  mark: ({ seq }) => live.markRead(shown, seq),
  state: () => {},
};

/** Every socket's commands, one after the other. */
const sent = () => opened.flatMap((socket, number) => socket.sent.map((command) => ({ ...command, socket: number })));

for await (const line of createInterface({ input: process.stdin })) {
  const { do: what, ...fields } = JSON.parse(line);
  await does[what](fields);
  await clock.settle();
  await new Promise((done) => setImmediate(done));
  await clock.settle();
  const all = sent();
  const answer = { sent: all.slice(told), socket: opened.length - 1, online: live.connection().state };
  told = all.length;
  if (what === "state") Object.assign(answer, { rooms: store.rooms(), messages: [...timeline.messages.values()] });
  console.log(JSON.stringify(answer));
}
