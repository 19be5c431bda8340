// The line above the grid: Save with how many, what is to be put right, undo, what is ticked, columns, keys.
import { el } from "../dom.js";
import { help } from "./keys.js";
import { fresh } from "./made.js";
import { columnsMenu, sortMenu } from "./menus.js";

export const WHOSE = { mine: "Keep what I wrote", theirs: "Take what they wrote" };
const number = (n) => n.toLocaleString("en");

export class Bar {
  constructor(app) {
    this.app = app;
    this.box = el("div", "bar");
    this.status = el("div", "status");
    this.status.setAttribute("role", "status");
    this.said = el("div", "said");
    this.said.append(this.status);
  }

  button(name, words, act, cls = "") {
    const node = el("button", cls, words);
    node.type = "button";
    node.dataset.name = name;
    node.addEventListener("click", act);
    return node;
  }

  focus(name) {
    this.box.querySelector(`[data-name="${name}"]`)?.focus();
  }

  draw() {
    const { app } = this;
    const drawn = JSON.stringify([this.counts(), app.saving, app.below?.length, app.ticks.count(), app.ticks.all, app.model.count, app.model.kept, app.replaces(), this.clash()?.field.name, this.clash()?.id]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = this.box.getRootNode().activeElement?.dataset?.name;
    this.box.replaceChildren(...[...this.changes(), ...this.below(), ...this.ticked(), ...this.always()]);
    if (focused) this.focus(focused);
  }

  // The chosen cell, if a colleague has changed it too.
  clash() {
    const cell = this.app.active();
    return cell?.clash ? cell : undefined;
  }

  counts() {
    const { model } = this.app;
    const waiting = model.waiting();
    const wrong = waiting.filter(({ edit }) => edit.problem).length;
    const clashes = waiting.filter(({ id, name }) => model.cell(id, name)?.clash).length;
    const cells = waiting.filter(({ id }) => !fresh(id)).length;
    return [cells, model.made.begun(), wrong, clashes, model.steps.done.length, model.steps.undone.length];
  }

  changes() {
    const { app } = this;
    const [cells, rows, wrong, clashes, done, undone] = this.counts();
    const waiting = cells + rows;
    const some = (n, what) => (n ? [`${number(n)} ${what}${n === 1 ? "" : "s"}`] : []);
    const made = [];
    if (waiting) {
      const save = this.button("save", app.saving ? "Saving…" : `Save ${[...some(cells, "change"), ...some(rows, "new row")].join(" and ")}`, () => app.save(), "primary");
      save.setAttribute("aria-disabled", String(!!app.saving));
      made.push(save, this.button("discard", "Discard", () => app.discard()));
    }
    if (done) made.push(this.button("undo", "Undo", () => app.back("undo"), "quiet"));
    if (undone) made.push(this.button("redo", "Redo", () => app.back("redo"), "quiet"));
    if (wrong) made.push(this.button("wrong", `${number(wrong)} to put right`, () => app.next("problem"), "wrong"));
    if (clashes) made.push(this.button("clashes", `${number(clashes)} changed by a colleague too`, () => app.next("clash"), "clash"));
    const here = this.clash();
    if (here) made.push(...["mine", "theirs"].map((whose) => this.button(whose, WHOSE[whose], () => app.decide(whose, here.id, here.field.name))));
    if (waiting && !app.model.kept) made.push(el("span", "wrong", "The browser cannot keep these: save before you leave."));
    return made;
  }

  below() {
    const lines = this.app.below;
    if (!lines) return [];
    const n = `${number(lines.length)} record${lines.length === 1 ? "" : "s"}`;
    return [
      el("span", "", `${number(lines.length)} pasted line${lines.length === 1 ? " stands" : "s stand"} below the end.`),
      this.button("add", `Add ${n}`, () => this.app.addBelow(true)),
      this.button("leave", "Leave them out", () => this.app.addBelow(false)),
    ];
  }

  ticked() {
    const { app } = this;
    const n = app.ticks.count();
    if (!n) return [];
    const made = [el("span", "", app.ticks.all ? `All ${number(n)} ticked` : `${number(n)} ticked`)];
    if (!app.ticks.all && n < app.model.count) made.push(this.button("all", `Tick all ${number(app.model.count)} that match`, () => app.ticks.every()));
    for (const { name, label } of (app.model.data.acts ?? []).filter(({ many }) => many))
      made.push(this.button(`act ${name}`, `${label} ${number(n)}`, () => app.act(name, app.ticks.said())));
    return [...made, this.button("untick", "Untick", () => app.ticks.clear(), "quiet")];
  }

  always() {
    if (this.app.model.data.plain) return [];
    const columns = this.button("columns", "Columns", () => columnsMenu(this.app, columns), "quiet");
    columns.setAttribute("aria-haspopup", "menu");
    const keys = this.button("keys", "?", () => help(this.app), "quiet");
    keys.setAttribute("aria-label", "Keys of the grid");
    const sort = this.button("sort", "Sort", () => sortMenu(this.app, sort), "quiet");
    sort.setAttribute("aria-haspopup", "menu");
    const replace = this.button("replace", "Replace", () => this.app.replace(), "quiet");
    replace.setAttribute("aria-haspopup", "dialog");
    const find = [this.button("find", "Find", () => this.app.find.open(), "quiet"), ...(this.app.replaces() ? [replace] : [])];
    return [el("span", "room"), sort, ...find, columns, keys];
  }

  // `offer` is what can be done about it: its words and what does it.
  say(words, offer) {
    this.offers = !!offer;
    this.status.textContent = words;
    this.said.replaceChildren(this.status, ...(offer ? [this.button(offer.name, offer.words, offer.act)] : []));
  }
}
