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
}
