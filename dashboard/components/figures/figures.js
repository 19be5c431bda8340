// Draws figures from `data` alone: each number is a link to its rows, so that it opens in another tab too.

import { el } from "../dom.js";
import { link as visitor } from "../visit.js";

const FEW = 4; // columns that a phone is wide enough for

export function link(to, cls) {
  const node = visitor(to.address, to.text, cls);
  node.title = to.exact;
  return node;
}

// How a number is made, at a question mark that is reached by the keyboard too.
function explained(means) {
  const why = el("span", "why", "?");
  why.tabIndex = 0;
  why.setAttribute("role", "note");
  why.setAttribute("aria-label", means);
  why.dataset.means = means;
  return why;
}

function tile(item) {
  const box = el("section", "tile");
  box.setAttribute("aria-label", item.label);
  const head = el("div", "head");
  head.append(el("span", "label", item.label), explained(item.means));
  box.append(head, link(item.value, item.value.text === "not available" ? "value none" : "value"));
  const foot = el("p", "foot");
  if (item.change) foot.append(el("span", `change ${item.tone}`, item.change));
  if (item.before) foot.append(el("span", "", item.change ? " from " : "before: "), link(item.before));
  box.append(foot);
  return box;
}

// Roles are said in full: on a phone a wide table is shown as blocks, which a browser would no longer call a table.
function row(item, heads) {
  const line = el("tr");
  line.setAttribute("role", "row");
  const name = el("th", "", item.name);
  name.scope = "row";
  name.setAttribute("role", "rowheader");
  if (item.means) name.append(explained(item.means));
  line.append(name);
  item.cells.forEach((cell, at) => {
    const box = el("td");
    box.setAttribute("role", "cell");
    box.dataset.head = heads[at + 1] || "";
    if (cell) box.append(link(cell));
    line.append(box);
  });
  return line;
}

function table(data) {
  const box = el("table", data.heads.length > FEW ? "wide" : "");
  box.setAttribute("role", "table");
  const head = el("tr");
  head.setAttribute("role", "row");
  data.heads.forEach((title, at) => {
    const cell = el("th", "", title);
    cell.scope = "col";
    cell.setAttribute("role", "columnheader");
    if (data.means[at]) {
      cell.setAttribute("aria-label", title);
      cell.append(explained(data.means[at]));
    }
    head.append(cell);
  });
  box.append(el("thead"), el("tbody"));
  [box.tHead, box.tBodies[0]].forEach((part) => part.setAttribute("role", "rowgroup"));
  box.tHead.append(head);
  box.tBodies[0].append(...data.items.map((item) => row(item, data.heads)));
  return box;
}

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".foyer-figures");
  if (!root) {
    root = el("div");
    parentElement.appendChild(root);
  }
  root.className = `foyer-figures ${data.kind}`;
  const draw = { tiles: () => data.items.map(tile), line: () => data.items.map((to) => link(to)), table: () => [table(data)] };
  root.replaceChildren(...draw[data.kind]());
}
