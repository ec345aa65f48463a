/** Rich text that becomes Markdown: trees as browsers parse them from what programs put on the clipboard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isCode, toMarkdown } from "../../../static/js/lib/markdown.js";

/** A small reader of well-formed HTML: what DOMParser gives, as far as toMarkdown looks at it. */
function parse(html) {
  const root = element("body", "");
  const open = [root];
  for (const [, comment, end, tag, attributes, text] of html.matchAll(/(<!--[\s\S]*?-->)|<(\/?)([\w:]+)([^>]*)>|([^<]+)/g)) {
    if (comment) continue;
    if (text) open.at(-1).childNodes.push({ nodeType: 3, nodeName: "#text", nodeValue: text.replaceAll("&nbsp;", "\u00a0").replaceAll("&lt;", "<") });
    else if (end) open.pop();
    else {
      const made = element(tag, attributes);
      open.at(-1).childNodes.push(made);
      if (!/^(?:br|hr|img|input|meta)$/.test(tag)) open.push(made);
    }
  }
  return root;
}

function element(tag, attributes) {
  const values = Object.fromEntries([...attributes.matchAll(/([\w-]+)(?:=(?:"([^"]*)"|'([^']*)'))?/g)].map(([, key, a, b]) => [key, a ?? b ?? ""]));
  return { nodeType: 1, nodeName: tag.toUpperCase(), childNodes: [], getAttribute: (key) => values[key] ?? null };
}

const cases = [
  ["emphasis", "<p>a <b>b</b> <i>c</i> <s>d</s> <code>e_f</code></p>", "a **b** _c_ ~~d~~ `e_f`"],
  ["spaces within", "<p>a<b> b </b>c</p>", "a **b** c"],
  ["nested emphasis, once", "<p><strong>a <b>b</b></strong><em>c</em></p>", "**a b**_c_"],
  ["paragraphs and breaks", "<p>a<br>b</p><p><b>c</b></p>", "a\nb\n\n**c**"],
  ["headings", "<h1>Plan</h1><h3><b>Next</b></h3><p>x</p>", "# Plan\n\n### Next\n\nx"],
  ["lists", "<ul><li>a<ul><li>b</li></ul></li><li>c</li></ul><ol start='3'><li>d</li><li>e</li></ol>", "- a\n  - b\n- c\n\n3. d\n4. e"],
  ["an inner list beside its item", "<ul><li>a</li><ul><li>b</li></ul></ul>", "- a\n  - b"],
  ["items with paragraphs", "<ol><li><p>a</p></li><li><p>b</p></li></ol>", "1. a\n2. b"],
  ["tasks", "<ul><li><input type='checkbox'> a</li><li><label><input type='checkbox' checked> b</label></li></ul>", "- [ ] a\n- [x] b"],
  ["links", "<p><a href='https://a.de/x_y'>here</a> <a href='https://b.de'>https://b.de</a> <a href='javascript:x'>bad</a> <a href='/in'>in</a></p>", "[here](https://a.de/x_y) https://b.de bad in"],
  ["an address with brackets", "<p><a href='https://a.de/x_(y)'>w[1]</a></p>", "[w\\[1\\]](<https://a.de/x_(y)>)"],
  ["mail", "<p><b>to</b> <a href='mailto:me@a.de'>me@a.de</a></p>", "**to** me@a.de"],
  ["a table", "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1|2</td><td><p>x</p><p>y</p></td></tr><tr><td>3</td></tr></tbody></table>", "| a | b |\n| --- | --- |\n| 1\\|2 | x y |\n| 3 |  |"],
  ["a page laid out by a table", "<table><tr><td><p>a</p><p><b>b</b></p></td></tr></table>", "a\n\n**b**"],
  ["code in lines", "<pre><code class='language-py'>if x:\n    y = '```'\n</code></pre>", "````py\nif x:\n    y = '```'\n````"],
  ["code with ticks", "<p><code>a`b</code> <code>`</code></p>", "``a`b`` `` ` ``"],
  ["quotes", "<blockquote><p>a</p><p>b</p></blockquote><p>c</p>", "> a\n>\n> b\n\nc"],
  ["pictures and scripts are left out", "<p>a <img src='x'><b>b</b></p><script>x()</script><style>p{}</style>", "a **b**"],
  ["signs that mean nothing", "<p>2*3 _x_ a_b `c` ~~d~~ e||f <b>g</b></p><p># h</p><p>- i</p><p>1. j</p>", "2\\*3 \\_x\\_ a_b \\`c\\` \\~\\~d\\~\\~ e\\|\\|f **g**\n\n\\# h\n\n\\- i\n\n1\\. j"],
  ["Google Docs", "<meta charset='utf-8'><b style='font-weight:normal;' id='docs-internal-guid-1'><p dir='ltr'><span style='font-weight:400'>a </span><span style='font-weight:700'>b</span><span style='font-style:italic;font-weight:400'> c</span></p><ul><li dir='ltr'><p role='presentation'><span style='font-weight:400'>d</span></p></li></ul></b>", "a **b** _c_\n\n- d"],
  ["Word", "<p class='MsoNormal'>a<o:p></o:p></p><p class='MsoListParagraph' style='mso-list:l0 level1 lfo1'><span style='mso-list:Ignore'>·<span>&nbsp;&nbsp; </span></span>b<o:p></o:p></p><p style='mso-list:l0 level2 lfo1'><span style='mso-list:Ignore'>1.&nbsp; </span>c</p><p class='MsoNormal'>d</p>", "a\n\n- b\n   1. c\n\nd"],
  ["a spoiler out of a room", "<p>it was <span class='spoiler'>him</span></p>", "it was ||him||"],
  ["space that a page has between its parts", "<div>\n  <p>a</p>\n  <div>\n <b>b</b>\n c</div>\n</div>", "a\n\n**b** c"],
];

for (const [what, html, markdown] of cases) {
  test(`${what}`, () => assert.equal(toMarkdown(parse(html)), markdown));
}

test("text without formatting is left to the browser", () => {
  assert.equal(toMarkdown(parse("<p>a</p><div><span style='color:red'>b</span></div>")), null);
  assert.equal(toMarkdown(parse("<span>2*3</span>")), null);
  assert.equal(toMarkdown(parse("")), null);
});

test("what an editor of code copies is its text", () => {
  assert.ok(isCode(parse("<meta charset='utf-8'><div style='color: #ccc;font-family: Menlo, monospace;white-space: pre;'><div><span>x = 1</span></div></div>")));
  assert.ok(!isCode(parse("<p style='font-family: Arial'>x</p>")));
});

test("a tree nested without end is read to an end", () => {
  const deep = `${"<div>".repeat(5000)}<b>x</b>${"</div>".repeat(5000)}`;
  assert.doesNotThrow(() => toMarkdown(parse(deep)));
});
