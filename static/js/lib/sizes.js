/** How large a file is, as people say it, and how large a picture of it stands in the timeline. */
import { localeFor } from "./locale.js";

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

/** 1572864 as "1.5 MB", in the page's language; rooms/templatetags/file_tags.py does the same. */
export function sizeText(bytes, lang = document.documentElement.lang) {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const options = { style: "unit", unit: UNITS[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power > 1 ? 1 : 0 };
  return new Intl.NumberFormat(localeFor(lang, globalThis.navigator?.languages), options).format(bytes / 1024 ** power);
}

/** The sides of a picture scaled into a box, never up; rooms/templatetags/file_tags.py does the same. */
export function fitted(width, height, most = { width: 384, height: 320 }) {
  const scale = Math.min(1, most.width / width, most.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}
