// All that a grid knows: the rows that were sent, and the drafts over them by record and field, with the value that was
// seen when the typing began. No message, page run or reload lets go of a draft; only the answer to its own Save does.
import { empty, read, same, shown } from "./kinds.js";
import { keep, recall } from "./kept.js";
import { fresh, Made } from "./made.js";
import { Steps } from "./steps.js";

const NEAR = 3000; // rows

export class Model {
  constructor() {
    this.rows = new Map(); // id -> {id, version, locked, values}
    this.places = new Map(); // place in the list -> id
    this.heads = new Map(); // place in the list -> head of a group, which stands there
    this.drafts = new Map(); // id -> {field: {seen, wanted} | {seen, typed, problem}}
    this.steps = new Steps();
    this.made = new Made(this);
    this.acts = []; // the names of the last Save's acts: the server undoes them
    this.names = {};
    this.marks = new Map(); // id -> {field, or "" for the whole row: [colour, words]}
    this.changes = 0; // grows with everything that a cell may show
    this.flashed = new Map(); // id -> fields that a colleague has just changed
    this.kept = true; // whether the browser could keep what was typed; what was found here it has kept
  }

  // What the server says now. Gives back whether the list is another one.
  take(data) {
    const other = this.query !== data.query;
    if (this.place !== data.place) this.recall(data.place);
    this.refolded = !other && this.fold !== data.fold;
    this.fold = data.fold;
    if (other || this.refolded) for (const known of [this.places, this.heads]) known.clear();
    Object.assign(this, { data, query: data.query, fields: data.fields, total: data.total, locale: data.locale });
    this.byName = Object.fromEntries(data.fields.map((field) => [field.name, field]));
    for (const [field, names] of Object.entries(data.names ?? {})) this.names[field] = { ...this.names[field], ...names };
    for (const [id, colours] of Object.entries(data.marks ?? {})) this.marks.set(+id, colours);
    this.flashed.clear();
    const rows = data.rows.filter(Array.isArray);
    const sentNow = new Set([...(data.fresh ?? []), ...rows].map(([id]) => id));
    for (const sent of data.fresh ?? []) this.put(sent, true);
    for (const id of data.gone ?? []) this.drop(id);
    data.rows.forEach((sent, i) => {
      if (Array.isArray(sent)) this.places.set(data.start + i, this.put(sent, !other));
      else if (sent) this.heads.set(data.start + i, sent);
    });
    for (const at of this.places.keys()) if (at >= this.total) this.places.delete(at);
    this.settle(data.result, sentNow);
    this.rest();
    this.trim(data.start);
    this.changes++;
    return other;
  }

  put([id, version, locked, ...values], noted) {
    const row = { id, version, locked, values: Object.fromEntries(this.fields.map(({ name }, i) => [name, values[i]])) };
    const old = this.rows.get(id);
    if (old && noted) {
      const changed = this.fields.filter(({ name }) => !same(old.values[name], row.values[name])).map((field) => field.name);
      const theirs = changed.filter((name) => !same(this.drafts.get(id)?.[name]?.wanted, row.values[name]));
      if (theirs.length) this.flashed.set(id, theirs);
    }
    this.rows.set(id, row);
    return id;
  }

  // Lets go of rows far from what was sent last, but for those with drafts or acts: memory stays flat while one scrolls.
  trim(start) {
    if (this.places.size <= 2 * NEAR) return;
    for (const at of this.places.keys()) if (Math.abs(at - start) > NEAR) this.places.delete(at);
    const needed = new Set([...this.places.values(), ...this.drafts.keys(), ...this.steps.ids()]);
    for (const id of this.rows.keys()) if (!needed.has(id)) for (const known of [this.rows, this.marks]) known.delete(id);
  }

  // A record that is no longer in the list: those below move up; its drafts wait until they are saved or discarded.
  drop(id) {
    const found = [...this.places].find(([, one]) => one === id)?.[0];
    if (found === undefined) return;
    const after = [...this.places].filter(([at]) => at > found);
    for (const at of [found, ...after.map(([at]) => at)]) this.places.delete(at);
    for (const [at, one] of after) this.places.set(at - 1, one);
  }

  // The answer to a Save, once: what was saved waits no longer, what was refused says why.
  settle(result, sentNow) {
    this.news = !!result && result.token !== this.settled;
    if (!this.news) return;
    this.settled = result.token;
    if (result.made?.length) this.acts.push(result.act);
    if (result.made) return this.made.settle(result);
    if (result.acts) this.acts = result.acts;
    else if (result.act && Object.keys(result.saved ?? {}).length) this.acts.push(result.act);
    const saved = new Map();
    for (const [id, fields] of Object.entries(result.saved ?? {}))
      for (const [name, value] of Object.entries(fields)) {
        const wanted = this.sent?.token === result.token ? this.sent.edits[id]?.[name]?.[1] : value;
        const edit = this.drafts.get(+id)?.[name];
        if (edit && !("typed" in edit) && same(edit.wanted, wanted)) this.set(+id, name, undefined);
        else if (edit) this.set(+id, name, { ...edit, seen: value ?? null }); // typed on: over what was just saved
        saved.set(`${id} ${name}`, { wanted, value });
        const row = sentNow.has(+id) ? undefined : this.rows.get(+id); // what came with the answer is newer
        if (row) row.values[name] = value;
      }
    this.steps.saved(saved);
    for (const [id, fields] of Object.entries(result.problems ?? {})) this.mark(+id, fields, (problem) => ({ problem }));
    for (const [id, fields] of Object.entries(result.clashes ?? {})) this.mark(+id, fields, (clash) => ({ clash }));
    this.keep();
  }

  mark(id, fields, made) {
    for (const [name, said] of Object.entries(fields)) {
      const edit = this.drafts.get(id)?.[name];
      if (edit) this.set(id, name, { ...edit, ...made(said) });
    }
  }

  // What is stored as it is wanted waits for nothing.
  rest() {
    for (const [id, draft] of this.drafts)
      for (const [name, edit] of Object.entries(draft)) {
        const row = this.rows.get(id);
        if (row && !("typed" in edit) && same(row.values[name], edit.wanted)) this.set(id, name, undefined);
      }
  }

  // How many records there are; of groups more lines stand in the list.
  get count() {
    return this.data.count ?? this.total;
  }

  // How many lines there are to be drawn: those of the list, and those that are typed below its end.
  get lines() {
    return this.total + this.made.count;
  }

  id(at) {
    return at < this.total ? this.places.get(at) : this.made.id(at - this.total);
  }

  at(id) {
    if (fresh(id)) return this.total + this.made.ids().indexOf(id);
    return [...this.places].find(([, one]) => one === id)?.[0];
  }

  // All that is to be drawn of a cell; undefined where the row is not here yet.
  cell(id, name) {
    const row = fresh(id) ? this.made.row(id) : this.rows.get(id);
    if (!row) return undefined;
    const field = this.byName[name];
    const edit = this.drafts.get(id)?.[name];
    const stored = row.values[name] ?? null;
    const value = edit ? edit.wanted : stored;
    const text = edit && "typed" in edit ? edit.typed : shown(field, value, this.names, this.locale);
    return { id, row, field, value, text, unit: this.unit(id, field, row), stored, edit, problem: edit?.problem, clash: this.clash(field, edit, stored), mark: this.marked(id, name), locked: this.locked(row, field) };
  }

  // The currency that an amount is in: the record's own where it has one, else the company's.
  unit(id, { kind }, row) {
    if (kind !== "money") return undefined;
    const own = this.byName.currency?.kind === "text" && (this.drafts.get(id)?.currency?.wanted ?? row.values.currency);
    return own || this.locale?.currency;
  }

  marked(id, name) {
    const marks = this.marks.get(id);
    return marks?.[name] ?? marks?.[""] ?? [];
  }

  clash(field, edit, stored) {
    if (!edit) return undefined;
    const found = edit.clash ?? (same(stored, edit.seen) ? undefined : { now: stored });
    if (!found) return undefined;
    const now = shown(field, found.now, this.names, this.locale) || "nothing";
    return `${found.who ?? "A colleague"} wrote “${now}”${found.when ? ` ${found.when}` : ""} while this waited.`;
  }

  // Why a cell stays as it is; undefined where it may be changed.
  locked(row, field) {
    if (row.locked) return this.data.sentences?.[row.locked - 1] ?? "This record may not be changed here.";
    if (!this.data.may?.edit) return "You may read here, not change.";
    return field.edit ? undefined : (field.note ?? `${field.label} cannot be changed here.`);
  }

  // Many cells in one act, one step back: [{id, name, text | value, saw}]. What was locked stays: {done, locked, wrong}.
  change(list) {
    const step = [];
    const told = { done: 0, locked: 0, wrong: 0 };
    for (const { id, name, text, value, saw } of list) {
      const cell = this.cell(id, name);
      if (!cell) continue;
      if (cell.locked) {
        told.locked++;
        continue;
      }
      const found = text === undefined ? { value } : text === cell.text ? null : read(cell.field, text, this.names, this.locale);
      if (!found) continue;
      const was = this.state(cell);
      this.write(cell, found.problem ? { typed: text, problem: found.problem } : { wanted: found.value }, saw);
      const now = this.state(this.cell(id, name));
      if (found.problem) told.wrong++;
      if (!same(was, now)) step.push({ id, name, was, now });
    }
    told.done = step.length;
    if (step.length) this.steps.add(step);
    this.changed();
    return told;
  }

  write({ id, field, stored, edit }, wish, saw) {
    const seen = edit ? edit.seen : saw === undefined ? stored : saw;
    const none = !("typed" in wish) && same(wish.wanted, stored);
    this.set(id, field.name, none ? undefined : { seen: seen ?? null, ...wish });
  }

  // What a person sees in a cell, by which a step knows whether it may still be undone.
  state({ value, edit }) {
    return edit && "typed" in edit ? { typed: edit.typed, problem: edit.problem, draft: true } : { wanted: value ?? null, draft: !!edit };
  }

  // One act back or forth: {done, refused: cells that a colleague has changed since}, or undefined when there is none.
  undo() {
    return this.play(this.steps.back(), "now", "was");
  }

  redo() {
    return this.play(this.steps.forth(), "was", "now");
  }

  play(step, from, to) {
    if (!step) return undefined;
    const refused = [];
    for (const one of step) {
      const cell = this.cell(one.id, one.name);
      const still = cell && !cell.locked && same(seenOf(this.state(cell)), seenOf(one[from]));
      if (!still) refused.push(one);
      else if (cell.edit && !one[to].draft) this.set(one.id, one.name, undefined);
      else if ("typed" in one[to]) this.write(cell, { typed: one[to].typed, problem: one[to].problem });
      else this.write(cell, { wanted: one[to].wanted });
    }
    this.changed();
    return { done: step.length - refused.length, refused };
  }

  // Keeps what this person wrote though a colleague wrote too: from now on that is what was seen. Or takes theirs.
  mine(id, name) {
    const { edit, stored } = this.cell(id, name) ?? {};
    const { clash, ...rest } = edit ?? {};
    if (edit) this.set(id, name, { ...rest, seen: (clash ? clash.now : stored) ?? null });
    this.changed();
  }

  theirs(id, name) {
    const cell = this.cell(id, name);
    if (!cell?.edit) return;
    if (cell.edit.clash) cell.row.values[name] = cell.edit.clash.now;
    this.set(id, name, undefined);
    this.changed();
  }

  discard() {
    const step = [];
    for (const [id, draft] of this.drafts)
      for (const name of Object.keys(draft)) {
        const cell = this.cell(id, name);
        if (cell) step.push({ id, name, was: this.state(cell), now: { wanted: cell.stored ?? null, draft: false } });
      }
    this.drafts.clear();
    if (step.length) this.steps.add(step);
    this.changed();
  }

  waiting() {
    return [...this.drafts].flatMap(([id, draft]) => Object.entries(draft).map(([name, edit]) => ({ id, name, edit })));
  }

  // What a Save sends: nothing that could not be read.
  edits() {
    const sent = {};
    for (const { id, name, edit } of this.waiting())
      if (!fresh(id) && !("typed" in edit)) (sent[id] ??= {})[name] = [edit.seen, edit.wanted];
    return sent;
  }

  set(id, name, edit) {
    const { [name]: _old, ...draft } = this.drafts.get(id) ?? {};
    if (edit) draft[name] = edit;
    if (Object.keys(draft).length && !(fresh(id) && nothing(draft))) this.drafts.set(id, draft);
    else this.drafts.delete(id);
  }

  changed() {
    this.changes++;
    this.keep();
  }

  keep() {
    const any = this.drafts.size || this.steps.any();
    this.kept = keep(this.place, any || this.settled ? { drafts: [...this.drafts], steps: this.steps.kept(), settled: this.settled, sent: this.sent } : null);
  }

  recall(place) {
    const { drafts, steps, settled, sent } = recall(place);
    this.place = place;
    this.drafts = new Map(drafts ?? []);
    this.steps = new Steps(steps);
    this.settled = settled;
    this.acts = [];
    this.sent = sent; // what a Save said, by which its answer is understood: what is stored may be put otherwise
    this.rows.clear();
    this.places.clear();
  }

  forget() {
    this.drafts.clear();
    this.steps = new Steps();
    this.acts = [];
    this.sent = undefined;
    this.changes++;
  }
}

// A new row that says no more than what is still asked of it.
const nothing = (draft) => Object.values(draft).every((edit) => empty("typed" in edit ? edit.typed : edit.wanted));
const seenOf = ({ typed, wanted }) => (typed === undefined ? (Array.isArray(wanted) && !wanted.length ? null : wanted) : { typed });
