/**
 * Sounds and films in messages. A sound gets a player of its own: a bar, or the shape of a voice note, that fills and is
 * sought in by pointer and arrows. A film keeps the browser's own player, which knows picture in picture and the whole
 * screen. One plays at a time, and all at the speed that was chosen last.
 *
 * Loaded with the first of them that is on the page (parts/files.js); until then, and without it, each has the browser's.
 */
import { bar, clock } from "../lib/sound.js";
import { word } from "../lib/words.js";

const SPEEDS = [1, 1.5, 2];
/** Past the end of anything: what was recorded by a browser learns its length by going there. */
const FAR_SECONDS = 1e7;
const STEP_SECONDS = 5;
let speed = 1;

/** Makes the players in `root` live, each once. */
export function adoptPlayers(root) {
  for (const file of root.querySelectorAll(".file--sound, .file--video")) {
    if (file.dataset.live) continue;
    file.dataset.live = "yes";
    showSpeed(file);
    if (file.matches(".file--sound")) adoptSound(file);
  }
}

function adoptSound(file) {
  const media = file.querySelector("audio");
  const play = file.querySelector(".sound__play");
  const seek = file.querySelector(".sound__seek");
  const bars = drawWave(file);
  media.controls = false;
  for (const part of file.querySelectorAll("[data-player]")) part.hidden = false;
  const length = () => (Number.isFinite(media.duration) ? media.duration : Number(file.dataset.duration) || NaN);
  let learning = false;

  const show = () => {
    if (learning) return;
    const whole = length();
    const at = Math.min(media.currentTime, Number.isFinite(whole) ? whole : Infinity);
    seek.max = Number.isFinite(whole) ? whole : 1;
    seek.disabled = !Number.isFinite(whole);
    seek.value = at;
    seek.setAttribute("aria-valuetext", word("player.at", { at: clock(at), whole: clock(whole) }));
    file.querySelector(".sound__time").textContent = at > 0 ? `${clock(at)} / ${clock(whole)}` : clock(whole);
    bars.forEach((bar, place) => bar.classList.toggle("sound__bar--past", at > 0 && place < (bars.length * at) / whole));
    const state = media.paused ? "play" : "pause";
    play.dataset.shows = state;
    play.setAttribute("aria-label", word(`player.${state}`, { name: file.dataset.name }));
  };
  /** A recording without its length in it can be sought in only after its end was seen. */
  const ready = async () => {
    // After an error, which may have been the network's, it begins anew where it was.
    if (media.error || media.readyState < HTMLMediaElement.HAVE_METADATA) {
      const at = media.currentTime;
      media.preload = "auto";
      media.load();
      await once(media, "loadedmetadata");
      if (at) media.currentTime = at;
    }
    if (Number.isFinite(media.duration)) return;
    learning = true;
    try {
      media.currentTime = FAR_SECONDS;
      await once(media, "durationchange", "seeked");
      media.currentTime = 0;
    } finally {
      learning = false;
    }
  };
  const playable = (yes) => file.classList.toggle("file--unplayable", !yes);
  const start = async () => {
    try {
      await ready();
      media.playbackRate = speed;
      await media.play();
    } catch (error) {
      // Paused again before it began.
      if (error.name !== "AbortError") playable(false);
    }
  };
  play.addEventListener("click", () => (media.paused ? start() : media.pause()));
  seek.addEventListener("input", async () => {
    const wanted = Number(seek.value);
    await ready().catch(() => {});
    media.currentTime = wanted;
    show();
  });
  seek.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (event.key === " ") play.click();
    else if (way) {
      seek.value = media.currentTime + way * Math.min(STEP_SECONDS, length() / 10);
      seek.dispatchEvent(new Event("input"));
    } else return;
    // Not a walk from message to message.
    event.preventDefault();
    event.stopPropagation();
  });
  for (const name of ["timeupdate", "play", "pause", "loadedmetadata", "durationchange"]) media.addEventListener(name, show);
  media.addEventListener("ended", () => {
    media.currentTime = 0;
    show();
  });
  media.addEventListener("error", () => playable(false));
  for (const name of ["loadedmetadata", "playing"]) media.addEventListener(name, () => playable(true));
  show();
}

/** The bars of a voice note; none for other sounds, which have a plain bar. */
function drawWave(file) {
  const wave = file.querySelector(".sound__wave");
  const levels = (file.dataset.waveform ?? "").split(" ").filter(Boolean).map(Number);
  wave.replaceChildren(...levels.map((level, place) => bar(level, place)));
  wave.setAttribute("viewBox", `0 0 ${Math.max(1, levels.length) * 3} 32`);
  file.classList.toggle("file--wavy", levels.length > 0);
  return [...wave.children];
}

/** The first of these events; rejects where the file cannot be played. */
function once(media, ...names) {
  return new Promise((resolve, reject) => {
    const heard = new AbortController();
    for (const name of names) media.addEventListener(name, () => (heard.abort(), resolve()), { signal: heard.signal });
    media.addEventListener("error", () => (heard.abort(), reject(media.error ?? new Error("unplayable"))), { signal: heard.signal });
  });
}

function showSpeed(file) {
  const button = file.querySelector(".player__speed");
  button.hidden = false;
  button.textContent = `${speed.toLocaleString(document.documentElement.lang)}×`;
  button.setAttribute("aria-label", word("player.speed", { speed: button.textContent }));
}

if (globalThis.document) {
  document.addEventListener("click", ({ target }) => {
    if (!target.closest?.(".player__speed")) return;
    speed = SPEEDS[(SPEEDS.indexOf(speed) + 1) % SPEEDS.length];
    for (const file of document.querySelectorAll("[data-live]")) showSpeed(file);
    for (const media of document.querySelectorAll(".file audio, .file video")) media.playbackRate = speed;
  });
  // These events do not rise, but they are seen on their way down.
  document.addEventListener("play", ({ target }) => {
    if (!target.closest?.(".file")) return;
    target.playbackRate = speed;
    for (const other of document.querySelectorAll(".file audio, .file video")) if (other !== target) other.pause();
  }, { capture: true });
}
