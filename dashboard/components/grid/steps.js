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

  // What was wanted is stored as something else, as a name as its record: from now on that is what was done.
  saved(id, name, wanted, value) {
    for (const one of [...this.done, ...this.undone].flat())
      for (const side of [one.was, one.now])
        if (one.id === id && one.name === name && same(side.wanted, wanted)) side.wanted = value;
  }

  // What is a record by now is a new row no more.
  without(ids) {
    for (const side of ["done", "undone"])
      this[side] = this[side].map((step) => step.filter(({ id }) => !ids.has(id))).filter((step) => step.length);
  }

  // The records that they are about.
  ids() {
    return [...this.done, ...this.undone].flat().map(({ id }) => id);
  }

  kept() {
    return { done: this.done, undone: this.undone };
  }
}
