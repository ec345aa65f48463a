/**
 * Starts what the page asks for: each `[data-module="name"]` gets the default class of chat/name.js (or ui/, account/),
 * once, and is stopped before it leaves the page.
 *
 * With `data-wakes` a module sleeps, not even loaded, until one of these happens: `ui.forward` (an event of lib/events.js
 * without its `tw:`), `ui.action=move` (one whose detail has that action), `click:.file--image` (a plain click on such an
 * element). What woke it is the first it hears.
 */
import { catchingUp, emit, on } from "./lib/events.js";
import { word } from "./lib/words.js";

const UI = new Set(["dialogs", "menus", "reveal", "theme", "toasts"]);
const ACCOUNT = new Set(["avatar", "timezone"]);
const running = new Map();

/** Starts the modules in `root`, itself included. Resolves when all of them run. */
export async function start(root = document) {
  const elements = [...root.querySelectorAll("[data-module]")];
  if (root.matches?.("[data-module]")) elements.unshift(root);
  await Promise.all(elements.map(startOne));
}

/** Stops the modules in `root`. */
export function stop(root) {
  for (const [element, module] of running) {
    if (!root.contains(element)) continue;
    running.delete(element);
    sleeping.get(element)?.abort();
    sleeping.delete(element);
    module?.stop?.();
  }
}

async function startOne(element) {
  if (running.has(element)) return;
  // Set before the import: asked for twice meanwhile, it still starts once.
  running.set(element, null);
  if (element.dataset.wakes) sleep(element);
  else await wake(element);
}

/** The elements whose modules sleep, each with what ends its waiting; and those that are being loaded. */
const sleeping = new Map();
const waking = new Set();

function sleep(element) {
  const waiting = new AbortController();
  sleeping.set(element, waiting);
  const { signal } = waiting;
  for (const cause of element.dataset.wakes.split(" ")) {
    if (cause.startsWith("click:")) {
      document.addEventListener("click", (event) => clicked(event, cause.slice("click:".length), element), { signal });
      continue;
    }
    const [name, action] = cause.split("=");
    on(`tw:${name}`, (detail) => (!action || detail?.action === action) && wake(element, { name: `tw:${name}`, detail }), { signal });
  }
}

/** The click is made again once somebody is there who takes it. */
async function clicked(event, selector, element) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const target = event.target.closest?.(selector);
  if (!target) return;
  event.preventDefault();
  if (await wake(element)) target.click();
}

/** Loads and starts it; true once it runs. `heard` ({ name, detail }) is what it was woken by. */
async function wake(element, heard = null) {
  // Pressed again while it is on its way: once is enough, and the browser is not to do it its own way.
  if (waking.has(element)) return false;
  waking.add(element);
  try {
    const { default: Module } = await load(element);
    if (!element.isConnected || !running.has(element)) return false;
    sleeping.get(element)?.abort();
    sleeping.delete(element);
    const make = () => new Module(element);
    running.set(element, heard ? catchingUp(heard, make) : make());
    return true;
  } catch (error) {
    // One part that does not start must not keep the others from it, and may be asked for again.
    console.error(`${element.dataset.module} did not start`, error);
    if (element.dataset.wakes && running.has(element)) {
      if (!sleeping.has(element)) sleep(element);
      emit("tw:ui.toast", { text: word(navigator.onLine ? "refused" : "unreachable"), tone: "warning" });
    }
    return false;
  } finally {
    waking.delete(element);
  }
}

const load = ({ dataset: { module: name } }) => import(`./${folder(name)}/${name}.js`);

/** Whoever does something here may want any of it next, also once the network is away: it is fetched beside that. */
function fetchSleeping() {
  const later = globalThis.requestIdleCallback ?? setTimeout;
  later(() => [...sleeping.keys()].forEach((element) => load(element).catch(() => {})));
}
for (const name of ["pointerdown", "keydown"]) globalThis.addEventListener?.(name, fetchSleeping, { once: true, passive: true });

function folder(name) {
  if (UI.has(name)) return "ui";
  return ACCOUNT.has(name) ? "account" : "chat";
}
