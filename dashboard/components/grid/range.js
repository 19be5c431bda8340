// Which cell is the active one, and the rectangle around it: places of rows and columns, both from 0. Pure.

export class Range {
  constructor() {
    this.active = this.anchor = this.end = undefined;
  }

  set(at, col) {
    this.active = this.anchor = this.end = { at, col };
  }

  extend(at, col) {
    this.end = { at, col };
  }

  span({ r0, r1, c0, c1 }) {
    this.anchor = { at: r0, col: c0 };
    this.end = { at: r1, col: c1 };
    if (!this.holds(this.active.at, this.active.col)) this.active = this.anchor;
  }

  sides() {
    if (!this.active) return undefined;
    const [a, b] = [this.anchor, this.end];
    return { r0: Math.min(a.at, b.at), r1: Math.max(a.at, b.at), c0: Math.min(a.col, b.col), c1: Math.max(a.col, b.col) };
  }

  holds(at, col) {
    const sides = this.sides();
    return !!sides && at >= sides.r0 && at <= sides.r1 && col >= sides.c0 && col <= sides.c1;
  }

  // Stays within a list that has become shorter or narrower.
  within(rows, cols) {
    if (!this.active) return;
    if (!rows || !cols) this.active = this.anchor = this.end = undefined;
    else for (const key of ["active", "anchor", "end"]) this[key] = { at: Math.min(this[key].at, rows - 1), col: Math.min(this[key].col, cols - 1) };
  }
}
