/** Begins here on every page: the live path where somebody is signed in, the page's modules, and moving about. */
import { on } from "./lib/events.js";
import { me } from "./lib/me.js";
import * as modules from "./modules.js";
import { listen } from "./navigation.js";
import { start as goLive } from "./realtime/live.js";

const SIGNED_OUT = 4401;

const reader = me();
if (reader) {
  // Before the socket opens: what it brings first is for them.
  on("tw:ui.stopped", ({ code }) => code === SIGNED_OUT && toSignIn());
  modules.start().then(() => goLive(reader.id));
  listen();
} else {
  modules.start();
}

function toSignIn() {
  const { signIn = "/accounts/login/" } = document.querySelector("[data-sign-in]")?.dataset ?? {};
  location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
}
