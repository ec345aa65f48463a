/** Drafts on two devices of one person, and a server between them that keeps versions (rooms/actions/drafts.py). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Drafts } from "../../../static/js/realtime/drafts.js";

class Server {
  body = "";
  version = 0;
  devices = [];

  answer(device, command) {
    if (command.type === "draft.list") return { drafts: this.version ? [{ room: "1", thread: null, body: this.body, version: this.version }] : [] };
    if (this.body !== command.body) {
      if (this.version !== command.version && this.body) return { version: this.version, stored: false, body: this.body };
      this.body = command.body;
      this.version += 1;
      for (const other of this.devices) if (other !== device && other.online) other.drafts.take({ room: "1", body: this.body, version: this.version });
    }
    return { version: this.version, stored: true };
  }
}

/** A device: its own storage, its own timers, and what its composer shows. */
class Device {
  texts = new Map();
  bases = new Map();
  asides = new Map();
  replies = new Map();
  composer = "";
  other = null;
  online = false;
  timers = [];

  constructor(server) {
    server.devices.push(this);
    const key = (_, room, thread) => `${room}:${thread ?? ""}`;
    this.drafts = new Drafts({
      request: async (command) => {
        if (!this.online) throw Object.assign(new Error(), { code: "offline" });
        return server.answer(this, command);
      },
      say: (name, { text }) => {
        if (name === "tw:ui.draft-shown") this.composer = text;
        if (name === "tw:ui.draft-other") this.other = text;
      },
      here: {
        draftOf: (user, room, thread) => this.texts.get(key(user, room, thread)) ?? "",
        keepDraft: (user, room, text, thread) => this.texts.set(key(user, room, thread), text),
        baseOf: (user, room, thread) => this.bases.get(key(user, room, thread)) ?? { version: 0, body: "" },
        keepBase: (user, room, base, thread) => this.bases.set(key(user, room, thread), base),
        asideOf: (user, room, thread) => this.asides.get(key(user, room, thread)) ?? "",
        keepAside: (user, room, text, thread) => this.asides.set(key(user, room, thread), text),
        keepReply: (user, room, quote, thread) => this.replies.set(key(user, room, thread), quote),
        draftsHere: () => [...this.texts].filter(([, text]) => text).map(([name]) => name.split(":")).map(([room, thread]) => ({ room, thread: thread || null })),
      },
      later: (run) => this.timers.push(run),
      device: String(server.devices.length),
    });
    // Opened, so that it knows this room.
    this.drafts.open("1");
  }

  async connect(online = true) {
    this.online = online;
    await this.drafts.connected(online);
    await this.settle();
  }

  async type(text) {
    this.composer = text;
    this.drafts.write("1", null, text);
    await this.settle();
  }

  /** All timers run out, and what they asked is answered. */
  async settle() {
    for (let rounds = 0; rounds < 5; rounds += 1) {
      for (const run of this.timers.splice(0)) run();
      await new Promise((done) => setImmediate(done));
    }
  }
}

async function two() {
  const server = new Server();
  const desk = new Device(server);
  const phone = new Device(server);
  await desk.connect();
  await phone.connect();
  return { server, desk, phone };
}

test("what is written on one device stands on the other, and goes on there", async () => {
  const { server, desk, phone } = await two();
  await desk.type("hello");
  assert.equal(phone.composer, "hello");
  await phone.type("hello world");
  assert.deepEqual([desk.composer, server.body, desk.other, phone.other], ["hello world", "hello world", null, null]);
});

test("a device that comes later finds it", async () => {
  const { server, desk } = await two();
  await desk.type("hello");
  const late = new Device(server);
  await late.connect();
  assert.equal(late.composer, "hello");
});

test("sent on one device it is gone on the other, also on one that slept", async () => {
  const { desk, phone } = await two();
  await desk.type("hello");
  await phone.connect(false);
  phone.replies.set("1:", { id: "7" });
  await desk.type("");
  assert.equal(phone.composer, "hello");
  await phone.connect();
  assert.deepEqual([phone.composer, phone.other], ["", null]);
  // With the message it would have answered.
  assert.equal(phone.replies.get("1:"), null);
});

test("two texts written apart are both kept: one's own stays, the other is offered", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("from the phone");
  await desk.type("from the desk");
  await phone.connect();
  assert.deepEqual([phone.composer, phone.other, server.body, desk.composer], ["from the phone", "from the desk", "from the desk", "from the desk"]);
  // Writing on changes nothing of that.
  await phone.type("from the phone, more");
  assert.deepEqual([phone.other, server.body], ["from the desk", "from the desk"]);
});

test("the other draft deleted, one's own is everywhere", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("mine");
  await desk.type("other");
  await phone.connect();
  phone.drafts.settle("1");
  await phone.settle();
  assert.deepEqual([phone.other, server.body, desk.composer], [null, "mine", "mine"]);
});

test("the other draft taken in, both texts are everywhere", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("mine");
  await desk.type("other");
  await phone.connect();
  phone.drafts.write("1", null, "mine\n\nother");
  phone.drafts.settle("1");
  await phone.settle();
  assert.deepEqual([phone.other, server.body, desk.composer], [null, "mine\n\nother", "mine\n\nother"]);
});

test("one's own sent, the other draft still waits", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("mine");
  await desk.type("other");
  await phone.connect();
  await phone.type("");
  assert.deepEqual([phone.other, server.body, phone.composer], ["other", "other", ""]);
});

test("what was sent elsewhere does not take away what one wrote on meanwhile", async () => {
  const { server, desk, phone } = await two();
  await desk.type("hello");
  await phone.connect(false);
  await phone.type("hello, and more");
  await desk.type("");
  await phone.connect();
  assert.deepEqual([phone.composer, phone.other, server.body], ["hello, and more", null, "hello, and more"]);
});

test("the same words written on both are one draft", async () => {
  const { phone, desk } = await two();
  await phone.connect(false);
  await phone.type("same");
  await desk.type("same");
  await phone.connect();
  assert.deepEqual([phone.composer, phone.other], ["same", null]);
});

/** A page loaded anew on the same device, where something was typed before its scripts ran. */
async function reloaded(server, device, typed) {
  const page = new Device(server);
  Object.assign(page, { texts: device.texts, bases: device.bases, asides: device.asides });
  page.composer = page.drafts.open("1", null, typed);
  page.other = page.drafts.other("1");
  if (page.composer === typed && typed) await page.type(typed);
  await page.connect();
  return page;
}

test("what was typed before the scripts ran stands, and the draft it came before is offered beside it", async () => {
  const server = new Server();
  const desk = new Device(server);
  await desk.type("a long thought");
  const page = await reloaded(server, desk, "quick");
  assert.deepEqual([page.composer, page.other, server.body], ["quick", "a long thought", "quick"]);
  // Not decided yet, it is offered again, and one more is laid beside it.
  const again = await reloaded(server, page, "even");
  assert.deepEqual([again.composer, again.other], ["even", "a long thought\n\nquick"]);
  again.drafts.settle("1");
  assert.deepEqual([again.other, (await reloaded(server, again, "")).other], [null, null]);
});

test("what goes on from the draft, or nothing at all, lays nothing aside", async () => {
  const server = new Server();
  const desk = new Device(server);
  await desk.type("hello");
  assert.deepEqual([(await reloaded(server, desk, "")).composer, (await reloaded(server, desk, "hello you")).other], ["hello", null]);
});

test("another device's draft is offered first, then the one laid aside here", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("from the phone");
  await desk.type("from the desk");
  const page = await reloaded(server, phone, "quick");
  assert.equal(page.other, "from the desk");
  page.drafts.settle("1");
  assert.equal(page.other, "from the phone");
  page.drafts.settle("1");
  assert.equal(page.other, null);
});

test("the same words, laid aside here and come from another device, are decided about once", async () => {
  const { server, desk, phone } = await two();
  await phone.connect(false);
  await phone.type("a long thought");
  await desk.type("a long thought");
  const page = await reloaded(server, phone, "quick");
  assert.equal(page.other, "a long thought");
  page.drafts.settle("1");
  assert.equal(page.other, null);
});

test("what was begun in a thread comes along where the thread goes to another room", async () => {
  const desk = new Device(new Server());
  desk.drafts.write("1", "10", "half a thought");
  desk.bases.set("1:10", { version: 3, body: "half" });
  const page = new Device(new Server());
  Object.assign(page, { texts: desk.texts, bases: desk.bases });
  assert.equal(page.drafts.open("2", "11"), "");
  assert.equal(page.drafts.open("2", "10"), "half a thought");
  assert.deepEqual([page.bases.get("2:10"), page.texts.get("1:10")], [{ version: 3, body: "half" }, ""]);
  // And back.
  assert.equal(page.drafts.open("1", "10"), "half a thought");
});
