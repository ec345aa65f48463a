/** What is shown of a sound: its time as a clock says it, its loudness as a row of bars. */

/** 65.4 as "1:05", 3700 as "1:01:40"; what is not known yet as "–:––". */
export function clock(seconds) {
  if (!Number.isFinite(seconds)) return "–:––";
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

/** How loud a stretch of samples from -1 to 1 is, from 0 to 1. */
export function loudness(samples) {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  return samples.length ? Math.min(1, Math.sqrt(sum / samples.length)) : 0;
}

/** Any number of levels from 0 to 1 as `count` whole numbers from 0 to 100; the loudest is 100, silence stays 0. */
export function waveform(levels, count = 64) {
  if (!levels.length) return Array(count).fill(0);
  const peaks = Array.from({ length: count }, (_, place) => {
    const first = Math.floor((place * levels.length) / count);
    const end = Math.max(first + 1, Math.floor(((place + 1) * levels.length) / count));
    return Math.max(...levels.slice(first, end));
  });
  const most = Math.max(...peaks);
  // Room noise is not made to look like talk.
  const scale = most > 0.01 ? 100 / most : 100;
  return peaks.map((peak) => Math.round(Math.min(100, peak * scale)));
}

/** One bar of a row, 3 wide with its gap, 32 high. */
export function bar(level, place) {
  const height = Math.max(2, (level / 100) * 30);
  const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const sides = { x: place * 3, y: (32 - height) / 2, width: 2, height, rx: 1 };
  for (const [name, value] of Object.entries(sides)) rect.setAttribute(name, value);
  rect.classList.add("sound__bar");
  return rect;
}
