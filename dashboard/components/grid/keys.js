// The keys of the grid, and the list of them that "?" shows.
import { el } from "../dom.js";
import { clear, fillDown } from "./blocks.js";
import { button } from "./heads.js";
import { cellMenu } from "./menus.js";

export const KEYS = [
  ["Arrows, Tab, Shift+Tab", "Go to the next cell"],
  ["Ctrl+arrows, Home, End, Page up, Page down", "Go far"],
  ["Shift with any of these, Ctrl+A", "Choose several cells"],
  ["Enter, F2, or just type", "Edit the cell; Esc gives the old value back"],
  ["Ctrl+C, Ctrl+X, Ctrl+V", "Copy, cut, paste, as in a spreadsheet"],
  ["Ctrl+D", "Fill down from the first row"],
  ["Ctrl+Shift+D", "Duplicate the row"],
  ["Insert, or Down from the last row", "Type a new row at the end"],
  ["Delete", "Clear what is chosen"],
  ["Ctrl+Z, Ctrl+Y or Ctrl+Shift+Z", "Undo, redo"],
  ["Ctrl+S", "Save"],
  ["Shift+Space", "Tick the row"],
  ["Space, then Alt+Up, Alt+Down, Esc", "Open the record beside the list, go to the one before, the next, close it"],
  ["Ctrl+Enter", "Open the record's own page"],
  ["Ctrl+F", "Find"],
  ["Ctrl+H", "Find and replace in what is ticked, or in all rows"],
  ["Enter on the head of a group", "Unfold it, fold it"],
  ["Menu, Shift+F10", "What can be done with the cell"],
  ["Up from the first row, then Enter or Alt+Down", "Sort by a column, or its menu"],
  ["Esc, then Tab", "Leave the grid"],
  ["F1, ?", "This list"],
];

const FAR = 1e9;

function moves(app, event) {
  const ctrl = event.ctrlKey || event.metaKey;
  const page = Math.max(1, app.table.visible()[1] - app.table.visible()[0] - 1);
  const arrow = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (arrow) return ctrl ? arrow.map((one) => one * FAR) : arrow;
  return {
    PageUp: [-page, 0], PageDown: [page, 0],
    Home: [ctrl ? -FAR : 0, -FAR], End: [ctrl ? FAR : 0, FAR],
  }[event.key];
}

const COMMANDS = {
  z: (app, event) => app.back(event.shiftKey ? "redo" : "undo"),
  y: (app) => app.back("redo"),
  s: (app) => app.save(),
  d: (app, event) => (event.shiftKey ? app.duplicate() : fillDown(app)),
  f: (app) => app.find.open(),
  h: (app) => app.replace(),
  a: (app) => app.span({ r0: 0, r1: app.model.total - 1, c0: 0, c1: app.columns.length - 1 }),
  enter: (app) => app.open(app.range.active.at, true),
};

// Whether the key is one that writes: AltGr writes though it looks like Ctrl and Alt, dead keys and composing begin so.
function writes(event) {
  if (event.key === "Process" || event.keyCode === 229 || event.key === "Dead") return true;
  const altGr = event.getModifierState("AltGraph") || (event.altKey && (event.ctrlKey || !/^[a-z0-9]$/i.test(event.key)));
  return [...event.key].length === 1 && event.key !== " " && (altGr || !(event.ctrlKey || event.metaKey || event.altKey));
}

export function onKey(app, event) {
  const { active } = app.range;
  if (event.defaultPrevented || app.editor || app.menu || !active || !app.table.place(event.target)) return;
  const act = command(app, event, active);
  if (act) {
    event.preventDefault();
    act();
  }
  if (event.key !== "Escape" && event.key !== "Shift" && event.key !== "Tab") app.leaving = false;
}

function command(app, event, { at, col }) {
  const { key } = event;
  const ctrl = (event.ctrlKey || event.metaKey) && !event.altKey;
  const by = moves(app, event);
  if (by && key === "ArrowUp" && at === 0 && !event.shiftKey) return () => button(app, col)?.focus();
  if (by && !event.altKey) return () => app.move(...by, event.shiftKey);
  if (key === "Tab") return tab(app, event, col);
  if (key === "Escape") return () => { app.leaving = true; app.select(at, col); };
  if (key === "ContextMenu" || (key === "F10" && event.shiftKey)) {
    const { left, bottom } = app.table.element(at, col).getBoundingClientRect();
    return () => cellMenu(app, left, bottom);
  }
  if (key === "F1" || (key === "?" && !ctrl)) return () => help(app);
  if (ctrl) return COMMANDS[key.toLowerCase()] && (() => COMMANDS[key.toLowerCase()](app, event));
  if (app.model.heads.has(at) && (key === "Enter" || key === " ")) return () => app.fold(at);
  if (key === "Enter" || key === "F2") return () => app.edit(at, col);
  if (key === "Insert") return () => app.begin();
  if (key === "Delete" || key === "Backspace") return () => clear(app);
  if (key === " " && app.model.data.plain) return () => {};
  if (key === " ") return event.shiftKey ? () => app.ticks.toggle(at) : () => app.space(at, col);
  // The key itself is not taken: it goes on into the editor, which has the focus by then, whatever it composes to.
  if (writes(event)) app.edit(at, col, true);
  return undefined;
}

// Right to the edge of the row and then out of the grid; after Esc out at once.
function tab(app, event, col) {
  const next = col + (event.shiftKey ? -1 : 1);
  return app.leaving || next < 0 || next >= app.columns.length ? undefined : () => app.move(0, event.shiftKey ? -1 : 1);
}

export function help(app) {
  const box = el("dialog", "help");
  box.setAttribute("aria-label", "Keys of the grid");
  const list = el("dl");
  for (const [keys, words] of KEYS) list.append(el("dt", "", keys), el("dd", "", words));
  const done = el("button", "", "Close");
  done.type = "button";
  done.addEventListener("click", () => box.close());
  box.addEventListener("close", () => {
    box.remove();
    app.focus();
  });
  box.append(list, done);
  app.root.append(box);
  box.showModal();
}
