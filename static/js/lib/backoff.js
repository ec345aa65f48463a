/**
 * How long to wait before the next try: full jitter, so that the clients of a server that died do not come back as one.
 * The first try is quick, for most losses are a blink; the tenth waits for up to 30 seconds.
 */
const FIRST_MS = 500;
const MOST_MS = 30_000;

/** Milliseconds before try number `attempt` (from 0). */
export function delayBefore(attempt, random = Math.random) {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(random() * most);
}
