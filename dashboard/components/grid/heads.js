// The heads of the columns: a click sorts, a drag moves, the right edge makes wider; all of it in a menu too.
import { el } from "../dom.js";
import { moved, way, widened, width } from "./columns.js";
import { columnMenu } from "./menus.js";
import { follow } from "./pointer.js";

const STILL = 6; // pixels that a click may move

export function head(app, made) {
  const before = app.table.tools;
  const heads = app.columns.map((name, col) => one(app, made("columnheader", before + col), name, col));
  return before ? [...tools(app, made), ...heads] : heads;
}

function tools(app, made) {
  const all = el("input");
  all.type = "checkbox";
  all.tabIndex = -1;
  all.setAttribute("aria-label", "Tick all rows that are here");
  all.addEventListener("change", () => app.ticks.here(all.checked));
  const [first, second] = [made("columnheader", 0), made("columnheader", 1)];
  first.append(all);
  second.append(el("span", "sr-only", "Open"));
  return [first, second];
}

function one(app, box, name, col) {
  const field = app.model.byName[name];
  const button = el("button", "label", field.label);
  button.type = "button";
  button.tabIndex = app.model.total || col ? -1 : 0;
  button.dataset.name = name;
  if (field.required) button.append(el("span", "need", " *"));
  const now = way(app.layout, name);
  const sort = app.layout.sort ?? [];
  if (field.sort) box.setAttribute("aria-sort", now ? `${now}ending` : "none");
  if (now) button.append(el("span", "way", `${now === "asc" ? "↑" : "↓"}${sort.length > 1 ? sort.findIndex(([other]) => other === name) + 1 : ""}`));
  const grip = el("span", "grip");
  grip.addEventListener("pointerdown", (event) => resize(app, event, field));
  button.addEventListener("pointerdown", (event) => drag(app, event, name));
  button.addEventListener("click", (event) => !app.dragged && app.sort(name, event.shiftKey));
  button.addEventListener("keydown", (event) => keys(app, event, button, name, col));
  box.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    columnMenu(app, name, event.clientX, event.clientY, button);
  });
  box.append(button, grip);
  return box;
}

export const button = (app, col) => app.table.head.children[app.table.tools + col]?.querySelector(".label");

function keys(app, event, node, name, col) {
  const to = { ArrowLeft: col - 1, ArrowRight: col + 1, Home: 0, End: app.columns.length - 1 }[event.key];
  const { left, bottom } = node.getBoundingClientRect();
  if (event.key === "ContextMenu" || (event.altKey && event.key === "ArrowDown") || (event.shiftKey && event.key === "F10"))
    columnMenu(app, name, left, bottom, node);
  else if (event.key === "Enter" || event.key === " ") app.sort(name, event.shiftKey);
  else if (event.key === "ArrowDown" && app.model.total) app.select(0, col);
  else if (to !== undefined) button(app, to)?.focus();
  else return;
  event.preventDefault();
}

function resize(app, event, field) {
  event.preventDefault();
  event.stopPropagation();
  const [from, x] = [width(field, app.layout), event.clientX];
  follow(
    event,
    (now) => {
      app.layout = widened(app.layout, field.name, from + now.clientX - x);
      app.table.widths();
      app.table.mark();
    },
    () => app.arrange(app.layout),
  );
}

function drag(app, event, name) {
  if (event.button) return;
  const x = event.clientX;
  let over;
  app.dragged = false;
  const heads = () => [...app.table.head.children].slice(app.table.tools);
  follow(
    event,
    (now) => {
      if (Math.abs(now.clientX - x) > STILL) app.dragged = true;
      if (!app.dragged) return;
      over = heads().findLastIndex((node) => node.getBoundingClientRect().left <= now.clientX);
      heads().forEach((node, i) => node.classList.toggle("over", i === over));
    },
    () => {
      heads().forEach((node) => node.classList.remove("over"));
      if (app.dragged && over >= 0 && app.columns[over] !== name) app.arrange(moved(app.model.fields, app.layout, name, app.columns[over]));
      setTimeout(() => (app.dragged = false));
    },
  );
}
