// Menus over a cell and over the head of a column, and the list of columns; by mouse and by keys.
import { el } from "../dom.js";
import { WHOSE } from "./bar.js";
import { clear, copied, fillDown, paste } from "./blocks.js";
import { footItems } from "./foot.js";
import { columns, moved, pinned, toggled, widened, width } from "./columns.js";
import { fresh } from "./made.js";
import { toTsv } from "./tsv.js";

const WIDER = 40;

// Opens a menu at a point; `items` are {words, act, checked}, nothing where one does not apply.
export function open(app, x, y, items, back) {
  app.menu?.close();
  const menu = el("div", "menu");
  menu.setAttribute("role", "menu");
  menu.popover = "manual";
  const away = (event) => !event.composedPath().includes(menu) && close(false);
  const close = (focus = true) => {
    menu.remove();
    removeEventListener("pointerdown", away, true);
    app.menu = undefined;
    if (focus) (back ?? app.focus)?.call?.(app) ?? back?.focus?.();
  };
  for (const { words, act, checked } of items.filter(Boolean)) {
    const item = el("button", "", words);
    item.type = "button";
    item.tabIndex = -1;
    item.setAttribute("role", checked === undefined ? "menuitem" : "menuitemcheckbox");
    if (checked !== undefined) item.setAttribute("aria-checked", String(checked));
    item.addEventListener("click", () => {
      close();
      act();
    });
    menu.append(item);
  }
  menu.addEventListener("keydown", (event) => keys(event, menu, close));
  app.root.append(menu);
  menu.showPopover();
  const { width: wide, height } = menu.getBoundingClientRect();
  menu.style.left = `${Math.max(4, Math.min(x, innerWidth - wide - 8))}px`;
  menu.style.top = `${Math.max(4, Math.min(y, innerHeight - height - 8))}px`;
  addEventListener("pointerdown", away, true);
  app.menu = { close };
  menu.firstChild?.focus();
}

function keys(event, menu, close) {
  event.stopPropagation();
  const all = [...menu.children];
  const at = all.indexOf(menu.getRootNode().activeElement);
  const to = { ArrowDown: (at + 1) % all.length, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (to !== undefined) all.at(to)?.focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
}

export function cellMenu(app, x, y) {
  const { at, col } = app.range.active;
  const id = app.model.id(at);
  const name = app.columns[col];
  const cell = app.model.cell(id, name);
  if (!cell) return;
  const free = !cell.locked;
  const many = app.ticks.count() > 0;
  const plain = app.model.data.plain || fresh(id); // no record of its own to open
  open(app, x, y, [
    ...(cell.clash ? Object.keys(WHOSE) : []).map((whose) => ({ words: WHOSE[whose], act: () => app.decide(whose, id, name) })),
    !plain && { words: "Open beside the list", act: () => app.open(at) },
    (!plain || app.model.data.opens?.[id]) && { words: "Open the record", act: () => app.open(at, true) },
    free && { words: "Edit", act: () => app.edit(at, col) },
    { words: "Copy", act: () => byHand(app, "copy") },
    free && { words: "Cut", act: () => byHand(app, "cut") },
    free && { words: "Paste", act: () => byHand(app, "paste") },
    free && { words: "Fill down", act: () => fillDown(app) },
    free && { words: "Clear", act: () => clear(app) },
    app.model.made.open && { words: "New row", act: () => app.begin() },
    !plain && { words: "History of this cell", act: () => app.send.trigger("cell", { id, field: name }) },
    ...(many ? (app.model.data.acts ?? []).filter((act) => act.many) : app.acts(id)).map(({ name: act, label }) => ({
      words: many ? `${label} ${app.ticks.count().toLocaleString("en")}` : label,
      act: () => app.act(act, many ? app.ticks.said() : { ids: [id] }),
    })),
  ]);
}

// From a menu the browser's clipboard must be asked, which some allow by its keys alone.
async function byHand(app, what) {
  try {
    if (what === "paste") return paste(app, await navigator.clipboard.readText());
    await navigator.clipboard.writeText(toTsv(copied(app).map((line) => line.map((text) => text ?? ""))));
    if (what === "cut") clear(app);
    else app.say("Copied.");
  } catch {
    app.say(`The browser allows this by ${{ copy: "Ctrl+C", cut: "Ctrl+X", paste: "Ctrl+V" }[what]} only.`);
  }
  return undefined;
}

export function columnMenu(app, name, x, y, back) {
  if (app.model.data.plain) return;
  const { fields } = app.model;
  const at = app.columns.indexOf(name);
  const field = app.model.byName[name];
  const stuck = pinned(app.layout);
  const arrange = (layout) => () => app.arrange(layout);
  const beside = (by) => app.columns[at + by] && moved(fields, app.layout, name, app.columns[at + by]);
  const wide = (by) => arrange(widened(app.layout, name, width(field, app.layout) + by));
  const pin = stuck === at + 1 ? "Let all columns move" : "Keep the columns up to here in sight";
  const again = () => (app.columns.includes(name) ? app.heading(name) : app.focus());
  open(app, x, y, [
    field.sort && { words: "Sort upwards", act: () => app.sortBy([[name, "asc"]]) },
    field.sort && { words: "Sort downwards", act: () => app.sortBy([[name, "desc"]]) },
    field.sort && app.layout.sort?.length && { words: "Sort by this too", act: () => app.sort(name, true) },
    app.layout.sort?.length && { words: "Sort no more", act: () => app.sortBy([]) },
    beside(-1) && { words: "Move left", act: arrange(beside(-1)) },
    beside(1) && { words: "Move right", act: arrange(beside(1)) },
    { words: "Wider", act: wide(WIDER) },
    { words: "Narrower", act: wide(-WIDER) },
    { words: pin, act: arrange({ ...app.layout, pinned: stuck === at + 1 ? 0 : at + 1 }) },
    !field.stays && { words: "Hide", act: arrange(toggled(fields, app.layout, name)) },
    ...groupItems(field, app.layout, arrange),
    ...footItems(field, app.layout, arrange),
  ], back && again);
}

const MOST_GROUPED = 3; // columns

function groupItems({ name, group }, layout, arrange) {
  const now = layout.group ?? [];
  const without = now.filter((one) => one !== name);
  return [
    group && now.length < MOST_GROUPED && !now.includes(name) && { words: now.length ? "Group by this too" : "Group by this", act: arrange({ ...layout, group: [...now, name] }) },
    now.includes(name) && { words: "Group by this no more", act: arrange({ ...layout, group: without }) },
    now.length > 0 && { words: "Group no more", act: arrange({ ...layout, group: [] }) },
  ];
}

// For the list of cards, which has no heads of columns.
export function sortMenu(app, button) {
  const { left, bottom } = button.getBoundingClientRect();
  const now = (name, way) => JSON.stringify(app.layout.sort) === JSON.stringify([[name, way]]);
  const one = ({ name, label }, way, arrow) => ({ words: `${label} ${arrow}`, checked: now(name, way), act: () => app.sortBy([[name, way]]) });
  const all = app.model.fields.filter(({ sort }) => sort);
  open(app, left, bottom + 4, all.flatMap((field) => [one(field, "asc", "↑"), one(field, "desc", "↓")]), () => app.bar.focus("sort"));
}

const HEIGHTS = { short: "Low rows", medium: "Higher rows", tall: "Rows as high as their text" };

export function columnsMenu(app, button) {
  const { left, bottom } = button.getBoundingClientRect();
  const shown = columns(app.model.fields, app.layout);
  const tall = app.layout.tall ?? "short";
  open(app, left, bottom + 4, [
    ...app.model.fields.filter(({ stays }) => !stays).map(({ name, label }) => ({
      words: label, checked: shown.includes(name), act: () => app.arrange(toggled(app.model.fields, app.layout, name)),
    })),
    ...Object.entries(HEIGHTS).map(([name, words]) => ({ words, checked: tall === name, act: () => app.arrange({ ...app.layout, tall: name }) })),
    { words: "As it came", act: () => app.arrange({ order: [], hidden: [], widths: {}, pinned: 1, tall: "short", sort: app.layout.sort ?? [], foot: {}, group: [] }) },
  ], () => app.bar.focus("columns"));
}
