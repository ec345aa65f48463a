/**
 * The bus between modules that do not import each other: CustomEvents on `document`.
 * Names are `tw:<wire event>` (detail is the wire object) and `tw:ui.<what>`; docs/architecture.md lists them.
 */
const bus = globalThis.document ?? new EventTarget();

/** Says that something happened. A listener that throws is reported by the browser and stops no other. */
export function emit(name, detail = null) {
  bus.dispatchEvent(new CustomEvent(name, { detail }));
}

/** Hears it: `handler(detail)`. With `{ signal }` until that signal is aborted. */
export function on(name, handler, options) {
  bus.addEventListener(name, (event) => handler(event.detail), options);
  if (name === missed?.name) missed.handlers.push(handler);
}

/** What was said before somebody was there to hear it; see `catchingUp`. */
let missed = null;

/** Calls `make()`, and lets what it makes hear one event that is over: whatever it listens to that name with. */
export function catchingUp({ name, detail }, make) {
  const ours = (missed = { name, handlers: [] });
  try {
    return make();
  } finally {
    missed = null;
    for (const handler of ours.handlers) handler(detail);
  }
}
