/** Begins here on every page: the live path where somebody is signed in, the page's modules, and moving about. */
import { on } from "./lib/events.js";
import { me } from "./lib/me.js";
import * as modules from "./modules.js";
import { listen, sayRoom } from "./navigation.js";
import { drafts } from "./realtime/drafts.js";
import { start as goLive } from "./realtime/live.js";

const SIGNED_OUT = 4401;

const reader = me();
if (reader) {
  // By this clock the server reads days and times of whoever chose no zone (accounts/middleware.py).
  document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/;max-age=31536000;samesite=lax`;
  // Before the socket opens: what it brings first is for them.
  on("tw:ui.stopped", ({ code }) => code === SIGNED_OUT && toSignIn());
  // Before the composer: it begins with what this person wrote here, whether or not a server is there.
  drafts.start(reader.id);
  modules.start().then(() => {
    sayRoom();
    goLive(reader.id);
  });
  // What a module put on the page (the side pane) has modules of its own.
  on("tw:ui.added", ({ element }) => modules.start(element));
  on("tw:ui.removing", ({ element }) => modules.stop(element));
  listen();
} else {
  if ("guest" in document.documentElement.dataset) forgetBadge();
  modules.start();
}

/** The icon of the installed app counts for who is signed in. */
function forgetBadge() {
  navigator.clearAppBadge?.().catch(() => {});
}

function toSignIn() {
  forgetBadge();
  const { signIn = "/accounts/login/" } = document.querySelector("[data-sign-in]")?.dataset ?? {};
  location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
}
