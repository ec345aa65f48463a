/**
 * Asking the server outside the socket. A refusal has `code` and a sentence for the person; an answer that is none of
 * ours (signed out, a proxy's page, no network) is one refusal too, with code `unavailable`.
 */
export class HttpRefused extends Error {
  constructor(code, detail, status = 0) {
    super(detail);
    this.code = code;
    this.status = status;
  }
}

/** Sends a form's fields as POST and gives the JSON of the answer. */
export async function post(url, fields, { signal } = {}) {
  const body = fields instanceof FormData || fields instanceof URLSearchParams ? fields : form(fields);
  return json(await ask(url, { method: "POST", body, signal, headers: { "X-CSRFToken": token(), Accept: "application/json" } }));
}

/** The JSON at an address. */
export async function get(url, { signal } = {}) {
  return json(await ask(url, { signal, headers: { Accept: "application/json" } }));
}

/** Takes away what is at an address. */
export async function remove(url) {
  return json(await ask(url, { method: "DELETE", keepalive: true, headers: { "X-CSRFToken": token(), Accept: "application/json" } }));
}

/** The page at an address, or the part of it that `X-Fragment` asks for, as a document. */
export async function page(url, { signal, fragment = "pane" } = {}) {
  const response = await ask(url, { signal, headers: { "X-Fragment": fragment, Accept: "text/html" } });
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (!response.ok) throw new HttpRefused("unavailable", found.querySelector("h1")?.textContent ?? "", response.status);
  return { found, url: response.url };
}

async function ask(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new HttpRefused("unavailable", "");
  }
}

async function json(response) {
  const ours = response.headers.get("Content-Type")?.includes("json");
  const answer = ours ? await response.json().catch(() => null) : null;
  if (response.ok && answer !== null) return answer;
  throw new HttpRefused(answer?.code ?? "unavailable", answer?.detail ?? "", response.status);
}

function form(fields) {
  // Without any field a multipart body is one that Twisted, below daphne, takes for broken.
  if (Object.keys(fields).length === 0) return new URLSearchParams();
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  return data;
}

/** What every change carries, so that no other site can make it. */
export function token() {
  return document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
}
