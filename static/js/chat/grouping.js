/** Which messages stand together under one name. Pure: told what matters of two messages, it says yes or no. */
const TOGETHER_MS = 5 * 60_000;

/**
 * Does `message` go on under the head of `before`? Both {sender, kind, at (ms), day}. The same person, ordinary
 * messages, the same day, and no more than five minutes between them.
 */
export function continues(before, message) {
  return (
    before !== null &&
    before.kind === "text" &&
    message.kind === "text" &&
    before.sender === message.sender &&
    before.day === message.day &&
    message.at - before.at <= TOGETHER_MS &&
    message.at >= before.at
  );
}
