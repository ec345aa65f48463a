/** Stand-ins for the network and the clock. Nothing here waits: time moves when a test says so. */

/** Timers and a clock that a test moves: `clock.timers` for setTimeout and clearTimeout, `clock.pass(ms)`. */
export function fakeClock(start = 1_000_000) {
  let now = start;
  let ids = 0;
  const waiting = new Map();
  const settle = async () => {
    for (let turn = 0; turn < 20; turn += 1) await null;
  };
  return {
    now: () => now,
    timers: {
      setTimeout: (action, wait = 0) => (waiting.set(++ids, { action, at: now + wait }), ids),
      clearTimeout: (id) => waiting.delete(id),
    },
    settle,
    async pass(ms) {
      const end = now + ms;
      for (;;) {
        await settle();
        const due = [...waiting].filter(([, timer]) => timer.at <= end).sort((a, b) => a[1].at - b[1].at)[0];
        if (!due) break;
        waiting.delete(due[0]);
        now = due[1].at;
        due[1].action();
      }
      now = end;
      await settle();
    },
  };
}

/** A WebSocket class whose server is the test: `opened` holds every one that was made. */
export function fakeWebSockets() {
  const opened = [];
  class FakeWebSocket {
    readyState = 0;
    sent = [];
    constructor(url) {
      this.url = url;
      opened.push(this);
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    close() {
      this.readyState = 3;
    }
    /** The server's side. */
    serves(...objects) {
      this.readyState = 1;
      this.onmessage?.({ data: JSON.stringify(objects) });
    }
    drops(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
    last(type) {
      return this.sent.filter((command) => command.type === type).at(-1);
    }
  }
  return { FakeWebSocket, opened };
}

export const hello = (more = {}) => ({ type: "hello", protocol: 1, heartbeat: 25, epoch: "one", user: { id: "1" }, rooms: [], ...more });

/** A generator of the same random numbers for the same seed: a failure can be run again. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32;
  };
}

export function message({ id, seq = Number(id), version = seq, room = "7", sender = "2", kind = "text", ...more }) {
  return {
    id: String(id), room, seq, version, kind, sender: { id: sender, display_name: `Person ${sender}`, avatar: "" }, body: "words",
    html: "<p>words</p>", created_at: "2026-03-01T10:00:00.000Z", edited_at: null, deleted: false, mentions: [], ...more,
  };
}
