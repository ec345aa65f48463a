/**
 * Moving between rooms without leaving the page: a plain click on `<a data-pane>` (or on a link to a room of ours)
 * fetches that address's pane, swaps `<main>` and pushes history. The socket, the sidebar and everything else stays.
 * Without an answer one stays where one is until there is one; whatever else goes wrong ends in an ordinary page load.
 */
import { delayBefore } from "./lib/backoff.js";
import { emit, on } from "./lib/events.js";
import { placeIn } from "./lib/paths.js";
import { word } from "./lib/words.js";
import * as modules from "./modules.js";

let going = null;
/** What is to be shown once the server answers: `again` tries it, `timer` will. */
let waiting = null;
let shown = location.pathname + location.search;

/** Takes over the clicks and the back button. */
export function listen() {
  history.scrollRestoration = "manual";
  document.addEventListener("click", clicked);
  // Who writes on here has changed their mind: nobody is moved in the middle of a word.
  document.addEventListener("beforeinput", ({ target }) => target.closest?.("#main") && stay(), true);
  on("tw:ui.connection", ({ state }) => state === "online" && waiting?.again());
  addEventListener("popstate", () => {
    // Only the part after # changed: the pane is the one that stands here (a phone turns to the rooms and back).
    if (location.pathname + location.search !== shown) show(location.href, { push: false });
  });
}

/** Shows the pane of an address. Where the server does not answer, what stands here stays, and it is tried again. */
export async function show(address, { push = true, attempt = 0 } = {}) {
  going?.abort();
  clearTimeout(waiting?.timer);
  waiting = null;
  going = new AbortController();
  const { signal } = going;
  document.documentElement.dataset.moving = "";
  try {
    const { page, response } = await fetched(address, signal);
    const main = page.querySelector("main#main");
    const stays = new URL(response.url).origin === location.origin;
    // Signed out, gone, a page of another kind: the browser knows best what to do with those.
    if (!response.ok || !stays || !main || page.querySelector("body.app, body:not([class])") === null) throw new Error("not a pane");
    swap(main, { url: response.url, title: page.title, push });
  } catch (error) {
    if (signal.aborted) return;
    if (error instanceof Unanswered) return wait(address, { push, attempt }, error.seconds);
    if (push) location.assign(address);
    else location.reload();
  }
  delete document.documentElement.dataset.moving;
}

/** No answer, or one that asks to come back in so many seconds. */
class Unanswered extends Error {
  constructor(seconds = null) {
    super("no answer");
    this.seconds = seconds;
  }
}

async function fetched(address, signal) {
  const headers = { "X-Fragment": "pane", Accept: "text/html" };
  try {
    const response = await fetch(address, { headers, credentials: "same-origin", signal });
    // From us, or from a proxy that does not reach us.
    if ([502, 503, 504].includes(response.status)) throw new Unanswered(Number(response.headers.get("Retry-After")) || null);
    return { page: new DOMParser().parseFromString(await response.text(), "text/html"), response };
  } catch (error) {
    throw signal.aborted || error instanceof Unanswered ? error : new Unanswered();
  }
}

function stay() {
  if (!waiting) return;
  clearTimeout(waiting.timer);
  waiting = null;
  delete document.documentElement.dataset.moving;
}

function wait(address, { push, attempt }, seconds) {
  if (attempt === 0) emit("tw:ui.toast", { text: word("move.waits"), tone: "warning" });
  const again = () => show(address, { push, attempt: attempt + 1 });
  waiting = { again, timer: setTimeout(again, seconds ? seconds * 1_000 : delayBefore(attempt + 2)) };
}

function swap(main, { url, title, push }) {
  const old = document.getElementById("main");
  if (push) {
    emit("tw:ui.leaving");
    history.pushState(null, "", url);
  }
  shown = location.pathname + location.search;
  modules.stop(old);
  const next = document.adoptNode(main);
  const hadFocus = document.activeElement === document.body || old.contains(document.activeElement);
  old.replaceWith(next);
  const { title: name } = next.dataset;
  const site = document.querySelector("[data-site]")?.dataset.site;
  document.title = title || (name && site ? `${name} – ${site}` : name || document.title);
  // Moved by a click in the sidebar or by a key: reading goes on in the new pane. A composer then takes it, if there is one.
  if (hadFocus || push) next.focus({ preventScroll: true });
  modules.start(next).then(sayRoom);
}

/** Tells everybody which room is open now; null where the pane is another page. */
export function sayRoom() {
  emit("tw:ui.room", { room: document.getElementById("main")?.dataset.room ?? null });
}

function clicked(event) {
  if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest?.("a[href]");
  if (!link || link.origin !== location.origin || link.hasAttribute("download") || isWithinPage(link)) return;
  const url = new URL(link.href);
  // A link in a message opens a page apart, but one to a room of ours is just here.
  if (!("pane" in link.dataset) && !placeIn(url)) return;
  if (link.target && link.target !== "_self" && !placeIn(url)) return;
  event.preventDefault();
  // Against the address, not what is shown: after Back without an answer these differ.
  show(url.href, { push: url.pathname + url.search !== location.pathname + location.search });
}

/** `#main`, `#sidebar`: to another part of this very page. */
const isWithinPage = (link) => link.getAttribute("href").startsWith("#");
