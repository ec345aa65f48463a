/**
 * Starts what the page asks for: each `[data-module="name"]` gets the default class of chat/name.js (or ui/, account/),
 * once, and is stopped before it leaves the page.
 */
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
    module?.stop?.();
  }
}

async function startOne(element) {
  if (running.has(element)) return;
  // Set before the import: asked for twice meanwhile, it still starts once.
  running.set(element, null);
  const { module: name } = element.dataset;
  try {
    const { default: Module } = await import(`./${folder(name)}/${name}.js`);
    if (element.isConnected && running.has(element)) running.set(element, new Module(element));
  } catch (error) {
    // One part that does not start must not keep the others from it.
    console.error(`${name} did not start`, error);
  }
}

function folder(name) {
  if (UI.has(name)) return "ui";
  return ACCOUNT.has(name) ? "account" : "chat";
}
