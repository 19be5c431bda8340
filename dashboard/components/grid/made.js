// Rows that are typed below the end of a list and are no records yet: drafts under ids of their own, below nothing.
import { empty } from "./kinds.js";

export const fresh = (id) => id < 0;

export class Made {
  constructor(model) {
    this.model = model;
  }

  // Those in which something stands, in the order in which they were begun, and an empty one to begin the next in.
  ids() {
    const begun = [...this.model.drafts.keys()].filter(fresh).sort((one, other) => other - one);
    return this.open ? [...begun, Math.min(0, ...begun, ...this.model.steps.ids()) - 1] : begun;
  }

  // How many these are; asked at every step of scrolling.
  get count() {
    return this.begun() + (this.open ? 1 : 0);
  }

  // Whether a row can be begun here.
  get open() {
    const { data, total } = this.model;
    return !!data?.may?.add && !!data.may.edit && !data.plain && total > 0;
  }

  begun() {
    let n = 0;
    for (const id of this.model.drafts.keys()) if (fresh(id)) n++;
    return n;
  }

  // The id of the `n`th of them, from 0; behind the empty one come further ones, for a block that is pasted there.
  id(n) {
    const ids = this.ids();
    return ids.length && n >= ids.length ? ids.at(-1) - (n - ids.length + 1) : ids[n];
  }

  row(id) {
    return { id, version: 0, locked: 0, values: {} };
  }

  // What a Save sends: rows in which nothing stands that could not be read, with their ids.
  said(most, without = new Set()) {
    const { drafts } = this.model;
    const sound = [...drafts].filter(([id, draft]) => fresh(id) && !without.has(id) && !Object.values(draft).some((edit) => "typed" in edit));
    const some = sound.sort(([one], [other]) => other - one).slice(0, most);
    const filled = (draft) => Object.entries(draft).filter(([, { wanted }]) => !empty(wanted)).map(([name, { wanted }]) => [name, wanted]);
    return { ids: some.map(([id]) => id), rows: some.map(([, draft]) => Object.fromEntries(filled(draft))) };
  }

  // The answer to it: what was made is a record by now, what was refused says why, in cells that are still to be filled too.
  settle({ made = [], problems = {} }) {
    const { model } = this;
    const ids = model.sent?.token === model.settled ? (model.sent.ids ?? []) : []; // what was pasted was none of these
    const done = new Set(made.map((at) => ids[at]));
    for (const id of done) model.drafts.delete(id);
    model.steps.without(({ id }) => done.has(id));
    for (const [at, cells] of Object.entries(problems))
      for (const [name, problem] of Object.entries(cells)) {
        const edit = model.drafts.get(ids[at])?.[name] ?? { seen: null, wanted: null };
        if (model.drafts.has(ids[at])) model.set(ids[at], name, { ...edit, problem });
      }
    model.keep();
  }
}
