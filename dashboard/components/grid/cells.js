// What stands in one cell, and what a screen reader hears of it.
import { el } from "../dom.js";

const RIGHT = ["money", "whole", "decimal", "number"];
const COLOURS = ["red", "orange", "yellow", "green", "blue", "violet", "gray"];

const chip = (text, colour) => el("span", `chip ${COLOURS.includes(colour) ? colour : "gray"}`, text);

function inside({ field, value, text, problem }, unit) {
  if (text === "" || problem !== undefined) return [text];
  if (field.kind === "choice") return [chip(text, field.options?.find(([one]) => one === value)?.[2])];
  if (field.kind === "tags") return value.map((tag) => chip(tag));
  if (field.leads) return [el("span", "act lead", text)];
  if (field.kind === "act") return [el("span", "act", text)];
  if (field.kind === "tick") return [value ? "✓" : ""];
  return unit ? [text, el("span", "unit", ` ${unit}`)] : [text];
}

function set(node, name, value) {
  if (value === undefined || value === false) node.removeAttribute(name);
  else node.setAttribute(name, String(value));
}

// Draws a cell again; `flashed`: a colleague has just changed it; `by`: who, if that is known; `usual`: the
// currency that the heads of amounts name, beside which another one stands in its cell.
export function paint(node, cell, flashed, by, usual) {
  if (!cell) {
    node.textContent = node.drawn = ""; // the next row that is drawn here may hold the same as the last
    node.dataset.state = "coming";
    return;
  }
  const locked = cell.field.kind === "act" ? undefined : cell.locked; // a button does what it says
  const unit = cell.unit === usual ? undefined : cell.unit;
  const drawn = `${unit}\t${cell.field.kind}\t${cell.text}\t${cell.problem !== undefined}\t${cell.field.options?.length}`;
  if (node.drawn !== drawn) node.replaceChildren(...inside(cell, unit));
  node.drawn = drawn;
  const state = cell.clash ? "clash" : cell.problem ? "problem" : cell.edit ? "edited" : locked && cell.field.kind !== "words" ? "locked" : "";
  node.dataset.state = state;
  const [colour, why] = cell.mark;
  set(node, "data-mark", COLOURS.includes(colour) ? colour : undefined);
  node.dataset.align = cell.field.align ?? (RIGHT.includes(cell.field.kind) ? "end" : "");
  node.classList.toggle("flash", !!flashed);
  const said = cell.problem ?? cell.clash ?? (cell.edit ? "Waits for Save" : flashed ? `${by ?? "A colleague"} has just changed this` : undefined);
  node.title = said ?? why ?? (cell.text.length > 20 ? cell.text : "");
  set(node, "aria-description", said ?? ([why, locked].filter(Boolean).join(". ") || undefined));
  set(node, "aria-readonly", locked ? true : undefined);
  set(node, "aria-invalid", cell.problem ? true : undefined);
  if (cell.field.kind === "tick") set(node, "aria-label", cell.text);
}
