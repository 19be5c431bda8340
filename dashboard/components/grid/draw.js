// Draws the table: only the rows in sight, each cell an element with its role, the header and the first columns staying.
import { el } from "../dom.js";
import { paint } from "./cells.js";
import { pinned, width } from "./columns.js";
import { drawFoot } from "./foot.js";
import { headLine } from "./groups.js";
import { head } from "./heads.js";
import { around, inSight } from "./insight.js";
import { fresh } from "./made.js";

const TOOL = 34;
const HEAD = 34;
const TALL = { short: 34, medium: 56, tall: 96 };
const EDGE = 2; // of the border
const BAR = 14; // of a line to scroll by, at most
const MORE = 6; // rows above and below what is in sight

export class Table {
  constructor(app) {
    this.app = app;
    this.rows = new Map(); // place -> element
    this.spare = []; // elements of rows that went out of sight, for those that come into it
    this.scroller = el("div", "scroller");
    this.table = el("div", "table");
    this.head = el("div", "row head");
    this.lines = el("div", "lines");
    this.corner = el("div", "corner");
    const top = el("div", "top");
    this.foot = el("div", "row foot");
    this.foot.setAttribute("role", "row");
    const bottom = el("div", "bottom");
    bottom.append(this.foot);
    for (const group of [top, this.lines, bottom]) group.setAttribute("role", "rowgroup");
    this.head.setAttribute("role", "row");
    this.head.setAttribute("aria-rowindex", "1");
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-multiselectable", "true");
    top.append(this.head);
    this.table.append(top, this.lines, bottom);
    this.scroller.append(this.table);
    this.scroller.addEventListener("scroll", () => {
      this.draw();
      app.traffic.want(...this.visible());
    });
  }

  // How many stand before the columns: a box to tick and a button to open; before words that are no records none.
  get tools() {
    return this.app.model.data.plain ? 0 : 2;
  }

  get high() {
    return TALL[this.app.layout.tall] ?? TALL.short;
  }

  visible() {
    const first = Math.floor(this.scroller.scrollTop / this.high);
    return [first, Math.min(this.app.model.lines - 1, first + Math.ceil((this.scroller.clientHeight - HEAD) / this.high))];
  }

  // All anew: other columns, or another order of them.
  reset() {
    const { app } = this;
    this.rows.forEach((row) => row.remove());
    this.rows.clear();
    this.spare = [];
    this.table.setAttribute("aria-label", app.model.data.label);
    this.table.setAttribute("aria-colcount", app.columns.length + this.tools);
    const reading = !app.model.data.may?.edit;
    this.table.toggleAttribute("data-reading", reading);
    this.table.setAttribute("role", app.layout.group?.length ? "treegrid" : "grid");
    this.table.setAttribute("aria-readonly", String(reading));
    this.table.dataset.tall = app.layout.tall ?? "short";
    this.table.style.setProperty("--high", `${this.high}px`);
    this.head.replaceChildren(...head(app, (role, i) => this.cell(role, i)));
    this.widths();
    this.draw();
  }

  widths() {
    const all = [...Array(this.tools).fill(TOOL), ...this.app.columns.map((name) => width(this.app.model.byName[name], this.app.layout))];
    let left = 0;
    this.lefts = all.map((one) => (left += one) - one);
    all.forEach((one, i) => {
      this.table.style.setProperty(`--w${i}`, `${one}px`);
      this.table.style.setProperty(`--l${i}`, `${this.lefts[i]}px`);
    });
    this.table.style.setProperty("--wide", `${left}px`);
    this.lefts.push(left);
  }

  // As high as its rows, if they are few.
  fit() {
    const { data, lines } = this.app.model;
    const bar = this.lefts.at(-1) > this.scroller.clientWidth ? BAR : 0;
    this.scroller.style.height = `${Math.min(data.height, HEAD + lines * this.high + bar + EDGE)}px`;
  }

  stuck() {
    const most = this.scroller.clientWidth * 0.6; // columns that stay leave room for those that move
    let n = Math.min(pinned(this.app.layout), this.app.columns.length);
    while (n && this.lefts && this.lefts[this.tools + n] > most) n--;
    return this.tools + n;
  }

  cell(role, i) {
    const cell = el("div", "cell");
    cell.setAttribute("role", role);
    cell.setAttribute("aria-colindex", i + 1);
    cell.style.width = `var(--w${i})`;
    return cell;
  }

  stick(row, stuck) {
    if (row.stuck === stuck && row !== this.head && row !== this.foot) return;
    row.stuck = stuck;
    [...row.children].forEach((cell, i) => {
      cell.classList.toggle("stick", i < stuck);
      cell.style.left = i < stuck ? `var(--l${i})` : "";
    });
  }

  row(at) {
    const group = this.app.model.heads.get(at);
    if (group) return this.placed(headLine(group, this.tools + this.app.columns.length), at);
    return this.placed(this.spare.pop() ?? this.make(), at);
  }

  placed(row, at) {
    row.setAttribute("aria-rowindex", at + 2);
    row.style.transform = `translateY(${at * this.high}px)`;
    row.at = at;
    row.stamp = undefined;
    return row;
  }

  make() {
    const row = el("div", "row");
    row.setAttribute("role", "row");
    const cells = this.app.columns.map((_name, col) => this.cell("gridcell", this.tools + col));
    row.append(...(this.tools ? this.made() : []), ...cells);
    return row;
  }

  made() {
    const [tick, open] = [this.cell("gridcell", 0), this.cell("gridcell", 1)];
    const box = el("input");
    box.type = "checkbox";
    const button = el("button", "open", "⤢");
    button.type = "button";
    box.tabIndex = button.tabIndex = -1;
    tick.append(box);
    open.append(button);
    return [tick, open];
  }

  paint(row) {
    const { app } = this;
    const id = app.model.id(row.at);
    if (this.tools) this.tool(row, id);
    const flashed = app.model.flashed.get(id);
    app.columns.forEach((name, col) =>
      paint(row.children[this.tools + col], app.model.cell(id, name), flashed?.includes(name), app.model.data.by?.[id], app.model.locale?.currency),
    );
  }

  tool(row, id) {
    const { app } = this;
    const [tick, open] = row.children;
    const called = app.model.cell(id, app.columns[0])?.text || `row ${row.at + 1}`;
    row.classList.toggle("made", fresh(id));
    row.classList.toggle("blank", fresh(id) && !app.model.drafts.has(id));
    tick.firstChild.checked = app.ticks.has(id);
    tick.firstChild.setAttribute("aria-label", `Tick ${called}`);
    open.firstChild.setAttribute("aria-label", `Open ${called}`);
    row.classList.toggle("ticked", tick.firstChild.checked);
    row.classList.toggle("opened", id !== undefined && id === app.model.data.open);
    row.setAttribute("aria-selected", String(tick.firstChild.checked));
  }

  // The rows in sight; those that show already what they should are left as they are.
  draw() {
    const { model, range } = this.app;
    this.fit();
    const [first, last] = this.visible();
    const stuck = this.stuck(); // asked once: it makes the browser measure
    const stamp = `${model.changes} ${this.app.ticks.changes} ${stuck}`;
    this.lines.style.height = `${model.lines * this.high}px`;
    this.footed = drawFoot(this.foot, this.app.columns, model.data.foot, this.footCells());
    this.table.setAttribute("aria-rowcount", model.lines + 1 + this.footed);
    this.table.dataset.made = model.made.count; // of them are no records
    this.foot.setAttribute("aria-rowindex", model.lines + 2);
    const keep = around(first, last, model.lines, MORE);
    if (range.active && range.active.at < model.lines) keep.add(range.active.at); // it has the focus
    inSight(this.rows, this.lines, keep, (at) => this.row(at), (row) => row.group || this.spare.push(row));
    for (const row of this.rows.values()) {
      if (row.stamp === stamp) continue;
      row.stamp = stamp;
      if (!row.group) this.paint(row);
      if (!row.group) this.stick(row, stuck);
      this.choose(row);
    }
    if (this.headStamp !== stamp) for (const row of [this.head, this.foot]) this.stick(row, stuck);
    this.headStamp = stamp;
    if (this.tools) this.head.querySelector("input").checked = this.app.ticks.all;
    this.mark();
  }

  // What is chosen in a row.
  choose(row) {
    const { range, columns, model } = this.app;
    if (row.group) return this.chooseHead(row);
    columns.forEach((_name, col) => {
      const node = row.children[this.tools + col];
      const active = range.active ? row.at === range.active.at && col === range.active.col : row.at === 0 && col === 0;
      const held = range.holds(row.at, col);
      node.classList.toggle("in", held);
      node.classList.toggle("active", active && !!range.active);
      node.tabIndex = active && model.total ? 0 : -1;
      if (held) node.setAttribute("aria-selected", "true");
      else node.removeAttribute("aria-selected");
    });
  }

  chooseHead(row) {
    const active = this.app.range.active?.at === row.at;
    row.firstChild.classList.toggle("active", active);
    row.firstChild.tabIndex = active || (!this.app.range.active && !row.at) ? 0 : -1;
  }

  footCells() {
    if (this.footFor !== this.app.columns) {
      this.footing = Array.from({ length: this.tools + this.app.columns.length }, (_, i) => this.cell("gridcell", i));
      const align = (name) => (["money", "whole", "decimal", "number"].includes(this.app.model.byName[name].kind) ? "end" : "");
      this.app.columns.forEach((name, col) => (this.footing[this.tools + col].dataset.align = align(name)));
      this.foot.replaceChildren();
    }
    this.footFor = this.app.columns;
    return this.footing;
  }

  chosen() {
    this.rows.forEach((row) => this.choose(row));
    this.mark();
  }

  mark() {
    const sides = this.app.range.sides();
    if (!sides || !this.app.model.data.may?.edit) return this.corner.remove();
    Object.assign(this.corner.style, { left: `${this.lefts[this.tools + sides.c1 + 1] - 5}px`, top: `${(sides.r1 + 1) * this.high - 5}px` });
    if (!this.corner.isConnected) this.lines.append(this.corner);
  }

  element(at, col) {
    const row = this.rows.get(at);
    return row?.group ? row.firstChild : row?.children[this.tools + col];
  }

  // Scrolls as little as brings a cell into sight.
  show(at, col) {
    const { scroller, high } = this;
    const room = scroller.clientHeight - HEAD * (this.footed ? 2 : 1);
    if (at * high < scroller.scrollTop) scroller.scrollTop = at * high;
    else if ((at + 1) * high > scroller.scrollTop + room) scroller.scrollTop = (at + 1) * high - room;
    if (this.tools + col < this.stuck()) return;
    const before = this.lefts[this.stuck()];
    const [left, right] = [this.lefts[this.tools + col], this.lefts[this.tools + col + 1]];
    if (left - before < scroller.scrollLeft) scroller.scrollLeft = left - before;
    else if (right > scroller.scrollLeft + scroller.clientWidth) scroller.scrollLeft = right - scroller.clientWidth;
  }

  // The place of a cell that an event or a point is at; the tools before the columns are -2 and -1.
  place(node) {
    const cell = node?.closest?.("[role=gridcell]");
    if (cell?.parentElement.group) return { at: cell.parentElement.at, col: 0, group: true };
    return cell ? { at: cell.parentElement.at, col: [...cell.parentElement.children].indexOf(cell) - this.tools } : undefined;
  }
}
