// A field for each person and month. What is typed stays here, marked, until Save sends all of it together.

import { el } from "../dom.js";

const drafts = new Map(); // "sheet|person|column" -> [what stood there, what was typed]
let savedSeen;

const ask = (event) => drafts.size && event.preventDefault();

export default function ({ data, parentElement, setTriggerValue }) {
  addEventListener("beforeunload", ask); // the same listener twice is one
  const mine = () => [...drafts].filter(([key]) => key.startsWith(`${data.sheet}|`));
  const forget = () => mine().forEach(([key]) => drafts.delete(key));
  if (savedSeen !== undefined && savedSeen !== data.saved) forget();
  savedSeen = data.saved;
  let root = parentElement.querySelector(".foyer-goals");
  if (!root) {
    root = el("div", "foyer-goals");
    parentElement.appendChild(root);
  }
  const at = root.contains(root.ownerDocument.activeElement) ? root.ownerDocument.activeElement.dataset.at : undefined;
  root.replaceChildren();
  const box = el("div", "scroll");
  const table = el("table");
  const head = el("tr");
  ["Person", ...data.heads].forEach((title) => {
    const cell = el("th", "", title);
    cell.scope = "col";
    head.append(cell);
  });
  table.append(el("thead"), el("tbody"));
  table.tHead.append(head);
  data.rows.forEach((row, line) => {
    const tr = el("tr");
    const name = el("th", "", row.name);
    name.scope = "row";
    tr.append(name);
    row.cells.forEach((cell, column) => {
      const td = el("td");
      td.append(data.editable ? field(row, cell, line, column) : el("span", "", cell.text));
      tr.append(td);
    });
    table.tBodies[0].append(tr);
  });
  box.append(table);
  root.append(box);
  if (data.editable) root.append(actions());
  count();
  if (at !== undefined) root.querySelector(`[data-at="${CSS.escape(at)}"]`)?.focus();

  function field(row, cell, line, column) {
    const input = el("input");
    const key = `${data.sheet}|${row.id}|${column}`;
    input.type = "text";
    input.inputMode = "decimal";
    input.autocomplete = "off";
    input.maxLength = 30;
    input.value = drafts.has(key) ? drafts.get(key)[1] : cell.text;
    input.setAttribute("aria-label", cell.label);
    input.dataset.at = `${line}|${column}`;
    input.dataset.key = key;
    input.dataset.seen = drafts.has(key) ? drafts.get(key)[0] : cell.text;
    input.addEventListener("input", () => typed(input));
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", keys);
    input.addEventListener("paste", (event) => paste(event, line, column));
    return input;
  }

  function typed(input) {
    const { key, seen } = input.dataset;
    if (input.value.trim() === seen) drafts.delete(key);
    else drafts.set(key, [seen, input.value.trim()]);
    count();
  }

  function keys(event) {
    const [line, column] = event.target.dataset.at.split("|").map(Number);
    const down = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "s" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    } else if (down) {
      event.preventDefault();
      root.querySelector(`[data-at="${line + down}|${column}"]`)?.focus();
    }
  }

  function paste(event, line, column) {
    const lines = (event.clipboardData?.getData("text/plain") ?? "").replace(/\r/g, "").replace(/\n$/, "").split("\n");
    const cells = lines.map((one) => one.split("\t"));
    if (cells.length === 1 && cells[0].length === 1) return; // one value is pasted as ever
    event.preventDefault();
    cells.forEach((texts, down) =>
      texts.forEach((text, right) => {
        const input = root.querySelector(`[data-at="${line + down}|${column + right}"]`);
        if (!input) return;
        input.value = text.trim().slice(0, 30);
        typed(input);
      }),
    );
  }

  function actions() {
    const line = el("div", "actions");
    const button = el("button", "save", "Save goals");
    const drop = el("button", "drop", "Discard");
    const said = el("span", "said");
    said.setAttribute("role", "status");
    button.type = drop.type = "button";
    button.addEventListener("click", save);
    drop.addEventListener("click", () => {
      forget();
      root.querySelectorAll("input").forEach((input) => {
        const [row, column] = input.dataset.at.split("|").map(Number);
        input.value = input.dataset.seen = data.rows[row].cells[column].text;
      });
      count();
    });
    line.append(button, drop, said);
    return line;
  }

  function save() {
    const sent = mine().map(([key, [seen, text]]) => {
      const [id, column] = key.split("|").slice(-2).map(Number);
      return { id, at: column, seen, text };
    });
    if (sent.length) setTriggerValue("typed", sent);
  }

  function count() {
    root.querySelectorAll("input").forEach((input) => input.classList.toggle("typed", drafts.has(input.dataset.key)));
    root.querySelectorAll(".actions button").forEach((button) => (button.disabled = !mine().length));
    const said = root.querySelector(".said");
    if (said) said.textContent = mine().length ? `${mine().length} not saved yet` : "";
  }
}
