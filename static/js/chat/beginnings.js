/** Texts sent as files, read in parts from the file itself; and their first lines in the timeline. */
const FIRST_BYTES = 1024;
const LINES = 5;
const NEAR = "200px";

const seen = globalThis.IntersectionObserver && new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    showLines(target);
  }
}, { rootMargin: NEAR });

/** The texts in `root` show how they begin, as soon as somebody could see it. */
export function readBeginnings(root) {
  for (const file of root.querySelectorAll(".file--text:not([data-read])")) {
    file.dataset.read = "yes";
    seen.observe(file);
  }
}

async function showLines(file) {
  try {
    const { text } = await beginning(file.dataset.url, FIRST_BYTES);
    file.querySelector(".file__lines").textContent = text.split("\n").slice(0, LINES).join("\n").trimEnd();
  } catch {
    // The card stays what it is: a name, and a way to have the file.
  }
}

/** The first bytes of a text, and whether there are more. */
export async function beginning(url, bytes) {
  const answer = await fetch(url, { headers: { Range: `bytes=0-${bytes - 1}` }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const whole = Number(answer.headers.get("Content-Range")?.split("/")[1]) || 0;
  const data = await answer.arrayBuffer();
  const more = whole > data.byteLength;
  // Cut in the middle of a sign: `stream` leaves the half of it out.
  return { text: new TextDecoder().decode(data, { stream: more }), more };
}
