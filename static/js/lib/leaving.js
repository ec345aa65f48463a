/** The browser asks before the page goes, while something is under way that would be lost with it. */
const held = new Set();
const ask = (event) => event.preventDefault();

/** `what` (anything, as a key) is under way, or no longer. */
export function holdPage(what, underWay) {
  if (underWay) held.add(what);
  else held.delete(what);
  // Only while it is needed: browsers put a page with such a listener aside less willingly.
  if (held.size) globalThis.addEventListener?.("beforeunload", ask);
  else globalThis.removeEventListener?.("beforeunload", ask);
}
