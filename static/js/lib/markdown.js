/**
 * Rich text becomes Markdown: what is copied from Word, Google Docs, a web page or a table. Reads a tree of nodes (a
 * parsed document; nothing of it ever comes near the page) and gives text, or null where it holds no formatting.
 */
const SKIP = new Set(["script", "style", "head", "title", "meta", "link", "img", "picture", "svg", "video", "audio", "canvas", "iframe", "object", "button", "select", "textarea", "noscript", "template", "o:p", "rp", "rt"]);
const BLOCK = new Set(["address", "article", "aside", "blockquote", "dd", "details", "div", "dl", "dt", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "ul", "body", "html", "center"]);
const COLUMNS_MOST = 40;
const DEPTH_MOST = 60;

/** The Markdown of what stands in `root`; null where plain text says the same. */
export function toMarkdown(root) {
  const state = { marked: false };
  const text = blocks(root, state, {}, 0).join("\n\n").replace(/\n{3,}/g, "\n\n").trim();
  return state.marked && text ? text : null;
}

/** Was this copied out of an editor of code? Its colours are no formatting, and its spaces count. */
export function isCode(root) {
  const first = [...children(root)].find((node) => node.nodeType === 1 && name(node) !== "meta");
  const style = first ? styleOf(first) : "";
  return /white-space:\s*pre/.test(style) && /mono|consolas|menlo|courier/.test(style);
}

function blocks(node, state, context, depth) {
  const made = [];
  let row = "";
  const end = () => {
    const text = tidy(row);
    if (text) made.push(atStart(text));
    row = "";
  };
  if (depth > DEPTH_MOST) return [tidy(plain(node))];
  for (const child of children(node)) {
    const tag = child.nodeType === 1 ? name(child) : "";
    if (SKIP.has(tag)) continue;
    if (tag === "" || !holdsBlocks(child, tag)) {
      row += inline(child, state, context, depth + 1);
      continue;
    }
    end();
    const word = wordItem(child);
    if (word) state.marked = true;
    const lines = word ? wordLine(child, word, state, depth) : block(child, tag, state, context, depth + 1);
    if (word && made.length && made.at(-1).word) made[made.length - 1] = Object.assign(new String(`${made.at(-1)}\n${lines}`), { word: true });
    else if (word) made.push(Object.assign(new String(lines), { word: true }));
    else made.push(...lines);
  }
  end();
  return made.map((one) => (typeof one === "string" ? one : String(one))).filter(Boolean);
}

function block(node, tag, state, context, depth) {
  if (/^h[1-6]$/.test(tag)) {
    const text = tidy(inlineOf(node, state, { ...context, bold: true }, depth)).replace(/\n/g, " ");
    if (text) state.marked = true;
    return text ? [`${"#".repeat(Number(tag[1]))} ${text}`] : [];
  }
  if (tag === "hr") return marked(state, ["---"]);
  if (tag === "pre") return fence(node, state);
  if (tag === "ul" || tag === "ol") return marked(state, [list(node, tag, state, context, depth)].filter(Boolean));
  if (tag === "blockquote") {
    const inner = blocks(node, state, context, depth).join("\n\n");
    return inner ? marked(state, [inner.split("\n").map((line) => `> ${line}`.trimEnd()).join("\n")]) : [];
  }
  if (tag === "table") return table(node, state, context, depth);
  return blocks(node, state, context, depth);
}

function marked(state, made) {
  state.marked = true;
  return made;
}

function list(node, tag, state, context, depth) {
  const lines = [];
  let number = Number(node.getAttribute("start") ?? 1) || 1;
  for (const item of children(node)) {
    if (item.nodeType !== 1) continue;
    const kind = name(item);
    if (kind === "ul" || kind === "ol") {
      // Google Docs and old pages put the inner list beside the item it belongs to.
      lines.push(indent(list(item, kind, state, context, depth + 1), tag === "ol" ? 3 : 2));
      continue;
    }
    if (kind !== "li") continue;
    const mark = tag === "ol" ? `${number}. ` : "- ";
    number += 1;
    const parts = blocks(item, state, context, depth + 1);
    const text = parts.map((part, index) => (index && !/^(?:[-*] |\d+\. )/.test(part) ? `\n${part}` : part)).join("\n");
    lines.push(mark + box(item) + indent(text, mark.length).trimStart());
  }
  return lines.filter((line) => line.trim()).join("\n");
}

function box(item) {
  const input = find(item, (one) => name(one) === "input" && one.getAttribute("type") === "checkbox", 3);
  if (!input) return "";
  return input.getAttribute("checked") === null ? "[ ] " : "[x] ";
}

function table(node, state, context, depth) {
  const rows = [];
  const collect = (part) => {
    for (const child of children(part)) {
      if (child.nodeType !== 1) continue;
      const tag = name(child);
      if (tag === "tr") rows.push([...children(child)].filter((cell) => cell.nodeType === 1 && /^t[dh]$/.test(name(cell))));
      else if (/^t(?:head|body|foot)$/.test(tag)) collect(child);
    }
  };
  collect(node);
  const width = Math.max(0, ...rows.map((row) => row.length));
  // One column is how a page was laid out, and too many are no table here.
  if (width < 2) return rows.flat().flatMap((cell) => blocks(cell, state, context, depth + 1));
  const text = (cell) => tidy(blocks(cell, state, { ...context, cell: true }, depth + 1).join(" ")).replace(/\s*\n\s*/g, " ").replaceAll("|", "\\|").replaceAll("\\\\|", "\\|");
  if (width > COLUMNS_MOST) return [rows.map((row) => row.map(text).join("  ")).join("\n")];
  const lines = rows.map((row) => `| ${Array.from({ length: width }, (_, at) => (row[at] ? text(row[at]) : "")).join(" | ")} |`);
  lines.splice(1, 0, `|${" --- |".repeat(width)}`);
  return marked(state, [lines.join("\n")]);
}

function fence(node, state) {
  const code = plain(node).replace(/^\n|\s+$/g, "");
  if (!code) return [];
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).map((ticks) => ticks.length));
  const ticks = "`".repeat(longest + 1);
  const inner = find(node, (one) => name(one) === "code", 2);
  const classes = `${node.getAttribute("class") ?? ""} ${inner?.getAttribute("class") ?? ""}`;
  const language = node.getAttribute("data-language") ?? /(?:language|lang|highlight-source)-([\w+#-]+)/.exec(classes)?.[1] ?? "";
  return marked(state, [`${ticks}${language}\n${code}\n${ticks}`]);
}

const inlineOf = (node, state, context, depth) => [...children(node)].map((child) => inline(child, state, context, depth)).join("");

function inline(node, state, context, depth) {
  if (node.nodeType === 3) return escape(node.nodeValue.replace(/[\s\u00a0]+/g, " "));
  if (node.nodeType !== 1 || depth > DEPTH_MOST) return "";
  const tag = name(node);
  if (SKIP.has(tag)) return "";
  if (tag === "br") return "\n";
  if (tag === "input") return "";
  if (/^(?:code|kbd|samp|tt)$/.test(tag)) return code(plain(node), state);
  if (tag === "a") return link(node, state, context, depth);
  const style = styleOf(node);
  if (/mso-list:\s*ignore/.test(style)) return "";
  // A bar that hides: copied out of a room.
  if (` ${node.getAttribute("class") ?? ""} `.includes(" spoiler ")) return wrap(inlineOf(node, state, context, depth + 1), "||", state);
  const weight = /font-weight:\s*(\w+)/.exec(style)?.[1];
  const bold = weight ? weight === "bold" || Number(weight) >= 600 : tag === "b" || tag === "strong";
  const slant = /font-style:\s*(\w+)/.exec(style)?.[1];
  const italic = slant ? slant === "italic" : tag === "i" || tag === "em" || tag === "cite";
  const struck = /^(?:s|del|strike)$/.test(tag) || /text-decoration[^;]*line-through/.test(style);
  const now = { ...context, bold: context.bold || bold, italic: context.italic || italic, struck: context.struck || struck };
  let text = inlineOf(node, state, now, depth + 1);
  if (BLOCK.has(tag)) text = ` ${text} `;
  if (struck && !context.struck) text = wrap(text, "~~", state);
  if (italic && !context.italic) text = wrap(text, "_", state);
  if (bold && !context.bold) text = wrap(text, "**", state);
  return text;
}

/** The signs stand at the words, spaces outside: `** a**` is no bold. */
function wrap(text, sign, state) {
  const [, before, inner, after] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text);
  if (!inner) return text;
  state.marked = true;
  return before + inner.split(/(\n+)/).map((line) => (line.trim() ? sign + line + sign : line)).join("") + after;
}

function code(text, state) {
  const one = text.replace(/\s+/g, " ");
  if (!one.trim()) return one;
  state.marked = true;
  const ticks = "`".repeat(Math.max(0, ...(one.match(/`+/g) ?? []).map((row) => row.length)) + 1);
  const pad = one.startsWith("`") || one.endsWith("`") ? " " : "";
  return ticks + pad + one + pad + ticks;
}

function link(node, state, context, depth) {
  const address = (node.getAttribute("href") ?? "").trim();
  const text = inlineOf(node, state, context, depth + 1);
  const said = tidy(plain(node)).replace(/\s+/g, " ");
  if (!/^(?:https?:\/\/|mailto:.)/i.test(address) || !said) return text;
  if (said === address || `mailto:${said}` === address || `${said}/` === address) return said;
  state.marked = true;
  const target = /[()\s<>]/.test(address) ? `<${address.replace(/[<>\s]/g, encodeURIComponent)}>` : address;
  return `[${text.trim().replace(/\n+/g, " ").replace(/(?<!\\)[[\]]/g, "\\$&")}](${target})`;
}

/** Word's lists are paragraphs that say in their style which level they stand on. */
function wordItem(node) {
  return /mso-list:\s*l\d+ level(\d)/.exec(styleOf(node))?.[1] ?? null;
}

function wordLine(node, level, state, depth) {
  const mark = find(node, (one) => /mso-list:\s*ignore/.test(styleOf(one)), 4);
  const ordered = mark && /^\s*\w+[.)]/.test(plain(mark));
  return `${"   ".repeat(Number(level) - 1)}${ordered ? "1. " : "- "}${tidy(inlineOf(node, state, {}, depth + 1)).replace(/\n/g, " ")}`;
}

function holdsBlocks(node, tag) {
  return BLOCK.has(tag) || find(node, (one) => BLOCK.has(name(one)), 6) !== null;
}

function find(node, wanted, depth) {
  for (const child of children(node)) {
    if (child.nodeType !== 1) continue;
    if (wanted(child)) return child;
    const inner = depth > 1 ? find(child, wanted, depth - 1) : null;
    if (inner) return inner;
  }
  return null;
}

/** The words of a node as they stand, for code. */
function plain(node, depth = 0) {
  if (node.nodeType === 3) return node.nodeValue.replaceAll("\u00a0", " ");
  if (node.nodeType !== 1 || depth > 10 * DEPTH_MOST) return "";
  if (name(node) === "br") return "\n";
  return [...children(node)].map((child) => plain(child, depth + 1)).join("");
}

/** What would be taken for a sign of formatting is not: the text said just that. */
function escape(text) {
  return text.replace(/[\\*`]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|~~|\|\|/gu, (sign) => [...sign].map((one) => `\\${one}`).join(""));
}

function atStart(text) {
  return text.replace(/^(#{1,6} |> ?|[-+] )/gm, "\\$1").replace(/^(\d{1,9})([.)] )/gm, "$1\\$2");
}

function tidy(text) {
  return text.replace(/[ \t]+/g, " ").replace(/ ?\n ?/g, "\n").trim();
}

function indent(text, by) {
  return text.split("\n").map((line) => (line ? " ".repeat(by) + line : line)).join("\n");
}

const children = (node) => node.childNodes ?? [];
const name = (node) => node.nodeName.toLowerCase();
const styleOf = (node) => (node.getAttribute?.("style") ?? "").toLowerCase();
