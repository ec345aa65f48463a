/** The sign that stands for a kind of file (the wire's `kind`). */
const ICONS = { image: "image", video: "video", audio: "volume-2", voice: "mic", pdf: "file-text", text: "file-text" };

export function fileIcon(kind) {
  return ICONS[kind] ?? "file";
}

/** Makes an icon (templates/_icon.html) another one of the same sprite. */
export function setIcon(icon, name) {
  const use = icon.querySelector("use");
  const address = use.getAttribute("href").replace(/#.*/, `#${name}`);
  if (use.getAttribute("href") !== address) use.setAttribute("href", address);
}
