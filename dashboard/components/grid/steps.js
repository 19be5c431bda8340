// The acts of a person in their order, to go back and forth: an act is all the cells that it changed.
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

  kept() {
    return { done: this.done, undone: this.undone };
  }
}
