/** What a browser can tell of a film or a sound before anybody has it: how large, how long. Nothing where it cannot. */
const PATIENCE_MS = 3_000;

/** `{ width, height, duration }`, as far as they are known. */
export function probe(file) {
  const kind = /^(video|audio)\//.exec(file.type)?.[1];
  if (!kind) return Promise.resolve({});
  const url = URL.createObjectURL(file);
  const element = document.createElement(kind);
  element.preload = "metadata";
  const told = new Promise((resolve) => {
    element.addEventListener("loadedmetadata", () => resolve(facts(element)), { once: true });
    element.addEventListener("error", () => resolve({}), { once: true });
    setTimeout(() => resolve({}), PATIENCE_MS);
  });
  element.src = url;
  return told.finally(() => {
    element.removeAttribute("src");
    URL.revokeObjectURL(url);
  });
}

function facts({ videoWidth: width, videoHeight: height, duration }) {
  const found = {};
  if (width && height) Object.assign(found, { width, height });
  if (Number.isFinite(duration)) found.duration = duration;
  return found;
}
