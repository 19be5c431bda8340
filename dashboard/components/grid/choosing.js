// Which cell has the focus and which are chosen, and what is said of it; the part of the grid that every act starts from.
import { button } from "./heads.js";

const WALK = 250; // ms of rest on a row before the record beside the list follows

export class Choosing {
  // Choosing. `quiet` leaves the focus where it is.
  select(at, col, extend = false, quiet = false) {
    const row = this.range.active?.at;
    if (extend) this.range.extend(at, col);
    else this.range.set(at, col);
    this.table.show(at, col);
    this.table.draw();
    this.table.chosen();
    if (!quiet) this.focus();
    if (!extend) this.explain(row);
  }

  // The cell that has the focus, if any has.
  active() {
    const { active } = this.range;
    return active && this.model.cell(this.model.id(active.at), this.columns[active.col]);
  }

  explain(row) {
    const { at } = this.range.active;
    const cell = this.active();
    const words = cell?.problem ?? cell?.clash ?? this.whole(cell);
    if (words || !this.bar.offers) this.say(words); // what can be taken back stands until something else is said
    this.bar.draw();
    clearTimeout(this.walking);
    if (this.model.data.open && row !== at) this.walking = setTimeout(() => this.open(at), WALK);
  }

  // What a column of words cuts off is read below it: by keys and fingers too, which no title answers.
  whole(cell) {
    const { at, col } = this.range.active;
    const node = this.model.data.plain ? this.table.element(at, col) : undefined;
    return node && node.scrollWidth > node.clientWidth ? cell.text : "";
  }

  span(sides) {
    if (!this.range.active) this.range.set(sides.r0, sides.c0);
    this.range.span(sides);
    this.table.draw();
    this.table.chosen();
    this.focus();
  }

  move(rows, cols, extend) {
    const from = extend ? this.range.end : this.range.active;
    const within = (n, most) => Math.max(0, Math.min(most - 1, n));
    const { total, lines } = this.model; // far goes to the last of the list, a step on to what is typed below it
    this.select(within(from.at + rows, rows > 1 && from.at < total ? total : lines), within(from.col + cols, this.columns.length), extend);
  }

  focus() {
    const { active } = this.range;
    if (active) this.table.element(active.at, active.col)?.focus({ preventScroll: true });
    return true;
  }

  heading(name) {
    button(this, this.columns.indexOf(name))?.focus();
    return true;
  }

  next(what) {
    const { id, name } = this.model.waiting().find((one) => this.model.cell(one.id, one.name)?.[what]) ?? {};
    const at = id && this.model.at(id);
    if (at === undefined) this.say("It stands in a row that is not shown; take the filter away to see it.");
    else this.select(at, Math.max(0, this.columns.indexOf(name)));
  }
}
