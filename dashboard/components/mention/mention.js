// Offers colleagues' names while one types @ in a text box. Streamlit's box keeps the text: a name that is taken is
// written into it as if it were typed.
import { el } from "../dom.js";
import { MOST, asked, fitting, known } from "./asked.js";

const told = new Map(); // where it was drawn -> {boxes, names, status}
let list = null; // the one that is open
let left = null; // {field, begin}: the @ at which the list was put away
let listens = false;
let made = 0;

export default function ({ data, parentElement }) {
  if (!parentElement.showPopover) return undefined;
  listen();
  const status = parentElement.querySelector(".foyer-mention-said") ?? el("div", "foyer-mention-said");
  status.setAttribute("role", "status");
  parentElement.append(status);
  told.set(parentElement, { boxes: data.boxes.map((box) => `.${CSS.escape(box)}`).join(), names: known(data.names), status });
  return () => {
    told.delete(parentElement);
    if (list?.parent === parentElement) list.close();
  };
}

function listen() {
  if (listens) return;
  listens = true;
  document.addEventListener("input", ({ target }) => look(target, true)); // composing too: phones compose every word
  document.addEventListener("selectionchange", () => list && look(list.field, false));
  document.addEventListener("focusout", ({ target }) => target === list?.field && list.close());
  // Before a dialog or a form hears of Escape, Enter and Tab, which are the list's own while it is open.
  window.addEventListener("keydown", (event) => event.target === list?.field && list.key(event), true);
  for (const kind of ["scroll", "resize"]) window.addEventListener(kind, () => list?.place(), true);
  window.visualViewport?.addEventListener("resize", () => list?.place());
}

// Opens, narrows or closes the list; `typed`: by a letter, not by going through the text.
function look(field, typed) {
  if (!field.matches?.("textarea, input[type=text]")) return;
  const found = [...told].find(([, { boxes }]) => boxes && field.closest(boxes));
  const at = found && field.selectionStart === field.selectionEnd ? asked(field.value, field.selectionStart) : null;
  if (left && (left.field !== field || left.begin !== at?.begin)) left = null;
  const names = at && !left ? fitting(found[1].names, at.word) : [];
  if (!names.length) return list?.close();
  if (list && list.field !== field) list.close();
  if (!list && !typed) return;
  list ??= new List(field, ...found);
  list.show(at, names);
}

class List {
  constructor(field, parent, { status }) {
    Object.assign(this, { field, parent, status });
    this.box = el("div", "foyer-mention");
    this.box.id = `mention-names-${++made}`;
    this.box.popover = "manual";
    this.box.setAttribute("role", "listbox");
    this.box.setAttribute("aria-label", "Colleagues");
    this.box.addEventListener("mousedown", (event) => event.preventDefault()); // the box keeps the keyboard
    this.box.addEventListener("click", ({ target }) => this.take(target.closest("[role=option]")));
    parent.append(this.box);
    this.box.showPopover();
    // A text of several lines may have no other role than its own; a box with a popup it can be all the same.
    this.said = { "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": this.box.id };
    if (field.matches("input")) Object.assign(this.said, { role: "combobox", "aria-expanded": "true" });
    for (const [name, value] of Object.entries(this.said)) field.setAttribute(name, value);
  }

  show(at, names) {
    const same = this.at?.word === at.word && this.at.begin === at.begin;
    this.at = at;
    if (same) return;
    const shown = names.slice(0, MOST);
    this.box.replaceChildren(...shown.map((one, i) => this.option(one, i)));
    this.mark(this.box.firstChild);
    this.place();
    const many = names.length > MOST ? `The first ${MOST} of ${names.length} names; more letters find less` : `${names.length} ${names.length === 1 ? "name" : "names"}`;
    this.status.textContent = `${many}. Arrows choose, Enter takes.`;
  }

  option({ name, count }, i) {
    const node = el("div", "option");
    node.id = `${this.box.id}-${i}`;
    node.setAttribute("role", "option");
    node.append(el("span", "name", name));
    if (count > 1) node.append(el("span", "count", `${count} of this name, all are told`));
    node.dataset.name = name;
    return node;
  }

  mark(node) {
    for (const one of this.box.children) one.setAttribute("aria-selected", String(one === node));
    this.field.setAttribute("aria-activedescendant", node.id);
    node.scrollIntoView({ block: "nearest" });
  }

  // Below the box, or above it where a phone's keys or the end of the window leave too little room.
  place() {
    const { left: x, top, bottom, width } = this.field.getBoundingClientRect();
    const seen = window.visualViewport;
    const end = seen ? seen.offsetTop + seen.height : innerHeight;
    const wide = Math.min(Math.max(width, 220), innerWidth - 16);
    this.box.style.width = `${wide}px`; // how high it is hangs on that
    const high = this.box.offsetHeight;
    const below = bottom + high + 4 <= end || top < high + 4;
    this.box.style.left = `${Math.max(8, Math.min(x, innerWidth - wide - 8))}px`;
    this.box.style.top = `${below ? bottom + 2 : top - high - 2}px`;
  }

  key(event) {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = [...this.box.children];
    const now = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) this.mark(all[(now + by + all.length) % all.length]);
    else if (event.key === "Enter" || event.key === "Tab") this.take(all[now]);
    else if (event.key === "Escape") {
      left = { field: this.field, begin: this.at.begin };
      this.close();
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }

  take(option) {
    if (!option) return;
    const { field, at } = this;
    this.close();
    field.focus();
    write(field, at.begin, at.end, `@${option.dataset.name} `);
  }

  close() {
    list = null;
    for (const name of [...Object.keys(this.said), "aria-activedescendant"]) this.field.removeAttribute(name);
    this.box.remove();
    this.status.textContent = "";
  }
}

// As typing does it, so that Ctrl+Z takes it back; else by a value of which React is told.
export function write(field, begin, end, text) {
  field.setSelectionRange(begin, end);
  if (document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, begin, end, "end");
  field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
}
