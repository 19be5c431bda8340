// A list that is edited like a spreadsheet: puts the parts of the grid together and keeps them through every new message.
import { el } from "../dom.js";
import { Acting } from "./acting.js";
import { Bar } from "./bar.js";
import { clear, hearClipboard } from "./blocks.js";
import { Cards } from "./cards.js";
import { columns, sorted } from "./columns.js";
import { Table } from "./draw.js";
import { Editor } from "./editor.js";
import { Find } from "./find.js";
import { onForget } from "./kept.js";
import { onKey } from "./keys.js";
import { same } from "./kinds.js";
import { Model } from "./model.js";
import { listen } from "./pointer.js";
import { Range } from "./range.js";
import { Ticks } from "./ticks.js";
import { Traffic } from "./traffic.js";
import { Watch } from "./watch.js";

const MOST_ADDED = 200; // records that a paste may make at once, as the server has it
const NARROW = 600; // px, below which a list of cards is drawn
const mounted = new WeakMap();
const cells = (n) => `${n.toLocaleString("en")} cell${n === 1 ? "" : "s"}`;

export default function ({ data, parentElement, setTriggerValue, setStateValue }) {
  let app = mounted.get(parentElement);
  if (!app?.root.isConnected) mounted.set(parentElement, (app = new App(parentElement)));
  app.send = data.plain ? { trigger() {}, state() {} } : { trigger: setTriggerValue, state: setStateValue };
  app.take(data);
  return () => {
    app.end();
    mounted.delete(parentElement);
  };
}

class App extends Acting {
  constructor(parent) {
    super();
    this.model = new Model();
    this.range = new Range();
    this.ticks = new Ticks(this);
    this.traffic = new Traffic(this);
    this.layout = {};
    this.root = el("div", "foyer-grid");
    this.bar = new Bar(this);
    this.find = new Find(this);
    this.table = new Table(this);
    this.cards = new Cards(this);
    this.root.append(this.bar.box, this.find.box, this.table.scroller, this.cards.box, this.bar.said);
    parent.append(this.root);
    this.root.addEventListener("keydown", (event) => {
      onKey(this, event);
      event.stopPropagation(); // the page's own shortcuts hear nothing of what is typed here
    });
    this.deaf = hearClipboard(this);
    listen(this);
    this.forgotten = onForget((those) => {
      if (!those(this.model.place)) return;
      this.editor?.finish(undefined, "none");
      this.model.forget();
      this.changed();
    });
    this.leave = () => this.editor?.end();
    addEventListener("pagehide", this.leave);
    this.watch = new Watch(this);
    this.walks = ({ detail }) => this.walk(detail);
    addEventListener("foyer:walk", this.walks);
    this.saves = (event) => this.saveKey(event);
    addEventListener("keydown", this.saves, true);
    this.sized = new ResizeObserver(() => {
      this.resize();
      this.table.draw(); // it may have been hidden until now
    });
    this.sized.observe(this.root);
  }

  end() {
    this.editor?.end();
    clearTimeout(this.walking);
    this.traffic.end();
    this.watch.end();
    this.forgotten();
    removeEventListener("pagehide", this.leave);
    removeEventListener("foyer:walk", this.walks);
    removeEventListener("keydown", this.saves, true);
    this.deaf();
    this.sized.disconnect();
    this.root.remove();
  }

  // What the server says now.
  take(data) {
    const first = !this.model.data;
    this.acting = undefined;
    const other = this.model.take(data);
    const arranged = JSON.stringify(data.layout ?? {});
    const heads = () => this.model.fields.map(({ label, edit, sort }) => [label, edit, sort]);
    const shape = () => JSON.stringify([this.columns, this.layout, heads(), this.model.total > 0, data.may?.edit]);
    if (arranged !== this.arranged) this.layout = data.layout ?? {}; // ours stands until the server says another
    this.arranged = arranged;
    this.columns = columns(this.model.fields, this.layout);
    this.root.style.setProperty("--height", `${data.height}px`);
    this.root.classList.toggle("plain", !!data.plain);
    this.root.classList.toggle("none", !data.plain && !this.model.total);
    if (other && !first) {
      this.table.scroller.scrollTop = 0;
      this.ticks.clear();
    }
    this.ticks.without(data.gone ?? []);
    this.range.within(this.model.lines, this.columns.length);
    if (shape() !== this.shape || this.model.refolded) this.reset();
    else this.table.draw();
    this.shape = shape();
    this.resize();
    this.cards.draw();
    if (data.answer && data.answer.n === this.traffic.asked && data.answer.n !== this.heard) {
      this.heard = data.answer.n;
      (this.editor ?? this.cards).answer(data.answer);
    }
    if (data.found) this.find.answer(data.found);
    if (this.model.news) this.answered(data.result);
    this.traffic.came(other);
    this.traffic.want(...(this.narrow ? this.cards.visible() : this.table.visible()));
    this.bar.draw();
  }

  answered(result) {
    if (result.token === this.adding && result.ok) this.below = undefined; // refused, they can be added again
    const mine = result.token === this.traffic.token;
    if (mine) this.saving = this.traffic.more();
    const asks = result.made && Object.keys(result.problems ?? {}).length > 0;
    if (asks) this.next("problem");
    if (!result.words || (mine && this.saving)) return;
    const undo = { name: "unsave", words: "Undo", act: () => this.unsave() };
    const rest = { name: "rest", words: "Undo the rest", act: () => this.unsave(true) };
    const offer = result.rest ? rest : this.model.acts.length ? undo : undefined;
    const more = asks ? [this.active()?.problem].filter(Boolean) : this.unseen(result);
    this.say([result.words, ...more].join(" "), offer);
  }

  // Why records that are not among these rows could not be saved: no cell can say it.
  unseen({ problems = {}, made }) {
    if (made) return []; // of rows that are here
    const shown = new Set(this.model.places.values());
    return Object.entries(problems)
      .filter(([id]) => !shown.has(+id))
      .slice(0, 3)
      .map(([id, cells]) => `${this.called(+id)}: ${Object.values(cells)[0]}`);
  }

  called(id) {
    return this.model.cell(id, this.columns[0])?.text || "a row that is not here";
  }

  // Wherever the keyboard is on the page, while something waits.
  saveKey(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s" || !this.model.waiting().length) return;
    if (document.querySelector("[role=dialog]")) return;
    event.preventDefault();
    event.stopPropagation();
    this.save();
  }

  reset() {
    const had = this.root.getRootNode().activeElement;
    const [inside, heading] = [this.table.lines.contains(had), this.table.head.contains(had) && had.dataset.name];
    this.table.reset();
    if (inside) this.focus();
    else if (this.columns.includes(heading)) this.heading(heading);
  }

  resize() {
    const narrow = this.root.clientWidth > 0 && this.root.clientWidth < NARROW;
    if (narrow === this.narrow) return;
    this.narrow = narrow;
    this.root.classList.toggle("narrow", narrow);
    this.table.draw();
    this.cards.draw();
  }

  say(words, offer) {
    this.bar.say(words, offer);
  }

  changed() {
    this.table.draw();
    this.cards.draw();
    this.bar.draw();
    const n = this.model.waiting().length;
    this.traffic.count(n);
    if (n || !this.model.data.alike) return;
    this.model.data.alike = false;
    this.send.trigger("dropped", true); // what the server says above the list of what waited goes too
  }

  // Editing.
  edit(at, col, typed = false) {
    const id = this.model.id(at);
    const name = this.columns[col];
    const cell = this.model.cell(id, name);
    if (!cell) return;
    if (this.model.data.opens?.[id]) return void (typed || this.lead(id));
    if (cell.field.kind === "act") return void this.press(cell, this.table.element(at, col));
    if (cell.locked) return void this.say(cell.locked);
    if (cell.field.kind === "tick") return void (typed || this.put([{ id, name, value: !cell.value }]));
    this.table.show(at, col);
    this.editor = new Editor({
      app: this, cell, typed, over: () => this.table.element(at, col) ?? this.root,
      done: (said, move) => {
        const { saw } = this.editor ?? {};
        this.editor = undefined;
        const problem = said && this.put([{ id, name, ...said, saw: saw ?? cell.stored }]);
        const step = { down: [1, 0], up: [-1, 0], right: [0, 1], left: [0, -1] }[move];
        if (step) this.move(...step);
        else if (move === "stay") this.focus();
        if (problem) this.say(problem); // of the cell that was left
      },
    });
  }

  put(list) {
    const { wrong } = this.model.change(list);
    this.changed();
    const problem = wrong ? this.model.cell(list[0].id, list[0].name).problem : undefined;
    if (problem) this.say(problem);
    return problem;
  }

  space(at, col) {
    if (this.model.byName[this.columns[col]].kind === "tick") this.edit(at, col);
    else this.open(at);
  }

  save() {
    this.editor?.end();
    if (this.saving || !this.model.waiting().length) return;
    this.sends();
    const wrong = this.model.waiting().filter(({ edit }) => "typed" in edit).length;
    if (wrong) this.say(`${wrong} to put right ${this.saving ? "and not saved" : "first; nothing else waits"}.`);
  }

  sends() {
    this.model.acts = [];
    this.behind = 0;
    this.saving = this.traffic.save();
    clearTimeout(this.patience);
    this.patience = setTimeout(() => {
      if (this.saving) this.say("The server has not answered. Nothing is lost; save again.");
      this.saving = false;
      this.bar.draw();
    }, 15000);
    this.bar.draw();
  }

  // What was just saved is undone by the server, which knows what a colleague has written since; `rest` leaves that.
  unsave(rest = false) {
    if (!this.saving) this.traffic.undo(this.model.acts, rest);
    this.focus();
  }

  // What a step leaves as it is.
  stays(refused) {
    const names = refused.slice(0, 3).map(({ id, name }) => `${this.called(id)}: ${this.model.byName[name]?.label ?? name}`);
    if (refused.length > names.length) names.push("…");
    return refused.length ? ` ${cells(refused.length)} changed since and stay: ${names.join("; ")}.` : "";
  }

  discard() {
    this.model.discard();
    this.changed();
    this.say("Discarded. Ctrl+Z brings it back.");
    this.focus();
  }

  back(way) {
    const behind = way === "redo" && this.behind > 0; // what waits comes after what was saved before it
    const told = behind ? undefined : this.model[way]();
    if (!told) return this.saving ? undefined : this.step(way);

    this.changed();
    const { done, refused } = told;
    return this.say(`${way === "undo" ? "Undone" : "Done again"}: ${cells(done)}.${this.stays(refused)}`);
  }

  // What is saved the server takes back, and does again.
  step(way) {
    this.behind = Math.max(0, (this.behind ?? 0) + (way === "undo" ? 1 : -1));
    this.traffic.step(way);
  }

  decide(whose, id, name) {
    this.model[whose](id, name);
    this.changed();
  }

  more(lines) {
    const n = lines.length.toLocaleString("en");
    if (!this.model.data.may?.add) return this.say(`${n} lines stand below the end and were left out.`);
    if (lines.length > MOST_ADDED) return this.say(`${n} lines stand below the end and were left out: at most ${MOST_ADDED} records can be added at once.`);
    this.below = lines;
    this.bar.draw();
    this.bar.focus("add");
  }

  addBelow(yes) {
    if (yes) this.adding = this.traffic.add(this.below.map((line) => Object.fromEntries(line)));
    else this.below = undefined;
    this.bar.draw();
    this.focus();
  }

  // To the empty row below the end, in which a new record is typed.
  begin() {
    const { model } = this;
    if (model.made.open) this.select(model.lines - 1, 0);
  }

  // Columns, records, acts.
  arrange(layout) {
    this.layout = layout;
    this.columns = columns(this.model.fields, layout);
    this.range.within(this.model.lines, this.columns.length);
    this.reset();
    this.traffic.arrange(layout);
  }

  sort(name, more) {
    if (this.model.byName[name].sort) this.sortBy(sorted(this.layout, name, more));
  }

  sortBy(sort) {
    if (same(sort, this.layout.sort)) return;
    this.layout = { ...this.layout, sort };
    this.reset();
    this.send.trigger("sort", sort);
  }

  fold(at) {
    this.send.trigger("fold", this.model.heads.get(at).key);
  }
}
