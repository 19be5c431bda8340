// The acts of a person in their order, to go back and forth: an act is all the cells that it changed.
import { same } from "./kinds.js";

const MOST = 50; // acts kept
const CELLS = 4000; // cells kept in all of them

export class Steps {
  constructor({ done = [], undone = [] } = {}) {
    this.done = done;
    this.undone = undone;
  }

  add(step) {
    this.done.push(step);
    this.undone = [];
    const cells = () => this.done.reduce((sum, one) => sum + one.length, 0);
    while (this.done.length > 1 && (this.done.length > MOST || cells() > CELLS)) this.done.shift();
  }

  back() {
    const step = this.done.pop();
    if (step) this.undone.push(step);
    return step;
  }

  forth() {
    const step = this.undone.pop();
    if (step) this.done.push(step);
    return step;
  }

  any() {
    return this.done.length + this.undone.length > 0;
  }

  // What is saved is the server's to take back; what was typed on meanwhile is still ours, over what is stored.
  // `cells` is "id name" -> {wanted, value}: what was sent, and what that is stored as.
  saved(cells) {
    const gone = new Set();
    for (const step of this.done.toReversed())
      for (const one of step) {
        const cell = cells.get(`${one.id} ${one.name}`);
        if (!cell) continue;
        if (cell.passed || same(one.now.wanted, cell.wanted)) gone.add(one);
        else for (const side of [one.was, one.now]) if (same(side.wanted, cell.wanted)) side.wanted = cell.value;
        cell.passed ||= gone.has(one);
      }
    if (gone.size) this.without((one) => gone.has(one));
  }

  without(those) {
    for (const side of ["done", "undone"])
      this[side] = this[side].map((step) => step.filter((one) => !those(one))).filter((step) => step.length);
  }

  // The records that they are about.
  ids() {
    return [...this.done, ...this.undone].flat().map(({ id }) => id);
  }

  kept() {
    return { done: this.done, undone: this.undone };
  }
}
