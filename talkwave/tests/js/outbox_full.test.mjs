import assert from "node:assert/strict";
import { test } from "node:test";
import { Outbox } from "../../../static/js/realtime/outbox.js";
import { Refused } from "../../../static/js/realtime/socket.js";
import { MemoryStorage } from "../../../static/js/realtime/storage.js";

const settle = async () => {
  for (let turn = 0; turn < 10; turn += 1) await new Promise((done) => setImmediate(done));
};

test("a tab takes so many unsent messages, failed ones too, and more once there are fewer", async () => {
  let refusal = new Refused("offline");
  const outbox = new Outbox({
    request: () => Promise.reject(refusal),
    say: () => {},
    open: async () => new MemoryStorage(),
    tab: { id: "t1", tells: true, claim: async () => {}, lives: async (id) => id === "t1" },
    most: 3,
  });
  await outbox.start(1);
  for (const room of ["7", "8"]) outbox.enqueue({ room, body: "x" });
  assert.equal(outbox.full, false);
  outbox.enqueue({ room: "8", body: "y" });
  assert.equal(outbox.full, true);
  await settle();
  assert.equal(outbox.waiting, 3);
  refusal = new Refused("forbidden", "no");
  outbox.flush();
  await settle();
  assert.deepEqual([outbox.waiting, outbox.full], [0, true]);
  await outbox.discard(outbox.pending()[0].client_id);
  assert.equal(outbox.full, false);
});
