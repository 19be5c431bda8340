// The rows that are ticked, by record: one, a stretch of them, those that are here, or all that match the filter.
import { fresh } from "./made.js";

export class Ticks {
  constructor(app) {
    this.app = app;
    this.ids = new Set();
    this.all = false;
    this.changes = 0;
  }

  has(id) {
    return id !== undefined && (this.all || this.ids.has(id));
  }

  count() {
    return this.all ? this.app.model.count : this.ids.size;
  }

  toggle(at, stretch) {
    const { model } = this.app;
    const on = !this.has(model.id(at));
    const from = stretch && this.last !== undefined ? this.last : at;
    if (this.all) this.clear();
    for (let one = Math.min(at, from); one <= Math.max(at, from); one++) {
      const id = model.id(one);
      if (id !== undefined && !fresh(id)) this.ids[on ? "add" : "delete"](id);
    }
    this.last = at;
    this.changed();
  }

  here(on) {
    this.clear();
    if (on) for (const id of this.app.model.places.values()) this.ids.add(id);
    this.changed();
  }

  // Records that are in the list no more are done with.
  without(ids) {
    const before = this.ids.size;
    for (const id of ids) this.ids.delete(id);
    if (this.ids.size !== before) this.changed();
  }

  every() {
    this.all = true;
    this.changed();
  }

  clear() {
    this.ids.clear();
    this.all = false;
    this.changed();
  }

  // What an act says of whom it is about.
  said() {
    return this.all ? this.list() : { ids: [...this.ids] };
  }

  // All rows of the list, ticked or not.
  list() {
    return { all: true, query: this.app.model.query, count: this.app.model.count };
  }

  changed() {
    this.changes++;
    this.app.table?.draw();
    this.app.bar?.draw();
  }
}
