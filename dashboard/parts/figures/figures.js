// Draws figures from `data` alone. Each number is a link with an address of its own, so that it opens in another
// tab too; a plain click goes there without loading the page anew. User text goes in with textContent only.

const el = (tag, cls, text) => {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  return node;
};

const follow = (event) => {
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  window.history.pushState({}, "", event.currentTarget.getAttribute("href"));
  window.dispatchEvent(new PopStateEvent("popstate"));
};

const link = (to, cls) => {
  const node = el("a", cls, to.text);
  node.href = to.to;
  node.title = to.exact;
  node.addEventListener("click", follow);
  return node;
};

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
    box.append(link(cell));
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
