/** Goes to an address of ours as a click on a link would: swapped in where that is possible, loaded where not. */
export function go(url) {
  const link = document.createElement("a");
  link.href = url;
  link.dataset.pane = "";
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}
