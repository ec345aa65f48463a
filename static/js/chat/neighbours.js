/** What stands beside a row of the timeline, and what grouping asks of it. */

export const seqOf = (row) => Number(row.dataset.seq);

export function facts(row) {
  return { sender: row.dataset.sender, kind: row.dataset.kind, at: Date.parse(row.dataset.at), day: row.dataset.day };
}

export function previousMessage(row) {
  let element = row.previousElementSibling;
  while (element && !element.matches(".message")) element = element.previousElementSibling;
  return element;
}

export function nextMessage(row) {
  let element = row.nextElementSibling;
  while (element && !element.matches(".message")) element = element.nextElementSibling;
  return element;
}

export function newBefore(row) {
  const before = row.previousElementSibling;
  return before?.matches(".timeline__new") ? before : null;
}

export function dayBefore(row) {
  const before = row.previousElementSibling;
  return before?.matches(".timeline__day") ? before : null;
}
