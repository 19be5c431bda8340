// Draws figures from `data` alone: each number is a link to its rows, so that it opens in another tab too.

import { el } from "../dom.js";
import { link as visitor } from "../visit.js";

export function link(to, cls) {
  const node = visitor(to.address, to.text, cls);
  node.title = to.exact;
  return node;
}

function tile(item) {
  const box = el("section", "tile");
  box.setAttribute("aria-label", item.label);
  const head = el("div", "head");
  const why = el("span", "why", "?");
  why.tabIndex = 0;
  why.setAttribute("role", "note");
  why.setAttribute("aria-label", item.means);
  why.dataset.means = item.means;
  head.append(el("span", "label", item.label), why);
  box.append(head, link(item.value, item.value.text === "not available" ? "value none" : "value"));
  const foot = el("p", "foot");
  if (item.change) foot.append(el("span", `change ${item.tone}`, item.change));
  if (item.before) foot.append(el("span", "", item.change ? " from " : "before: "), link(item.before));
  box.append(foot);
  return box;
}

function row(item) {
  const line = el("tr");
  const name = el("th", "", item.name);
  name.scope = "row";
  line.append(name);
  item.cells.forEach((cell) => {
    const box = el("td");
    if (cell) box.append(link(cell));
    line.append(box);
  });
  return line;
}

function table(data) {
  const box = el("table");
  const head = el("tr");
  data.heads.forEach((title) => {
    const cell = el("th", "", title);
    cell.scope = "col";
    head.append(cell);
  });
  box.append(el("thead"), el("tbody"));
  box.tHead.append(head);
  box.tBodies[0].append(...data.items.map(row));
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
