// The editor over a cell: a box of text, with a list below where there is something to choose, a calendar for days.
import { el } from "../dom.js";
import { read } from "./kinds.js";
import { Options, begins } from "./options.js";

const LISTED = ["choice", "member", "link"];
const MODES = { email: "email", phone: "tel", url: "url", money: "decimal", whole: "numeric", number: "decimal" };

export const mode = (field) => MODES[field.kind] ?? "text";

export class Editor {
  // `done({text | value}, move)`, with nothing when given up; `typed`: the key that began it is on its way here.
  constructor({ app, over, cell, typed, done }) {
    Object.assign(this, { app, over, cell, done, typed, saw: cell.stored });
    this.box = el("div", "editor");
    this.box.popover = "manual";
    this.input = el(cell.field.kind === "long" ? "textarea" : "input");
    this.input.setAttribute("aria-label", cell.field.label);
    this.input.inputMode = mode(cell.field);
    this.input.autocomplete = "off";
    this.input.value = typed ? "" : cell.text;
    this.box.append(this.input);
    app.root.append(this.box);
    this.box.showPopover();
    if (LISTED.includes(cell.field.kind) || cell.field.offers?.length) this.listed();
    if (cell.field.kind === "day") this.calendar();
    this.input.addEventListener("input", () => this.changed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.end());
    this.place = () => this.put();
    addEventListener("scroll", this.place, true);
    addEventListener("resize", this.place);
    this.put();
    this.check();
    this.input.focus({ preventScroll: true });
    if (!typed) this.input.select();
  }

  put() {
    const { left, top, width, height } = this.over().getBoundingClientRect();
    const long = this.cell.field.kind === "long";
    Object.assign(this.box.style, {
      left: `${left}px`, top: `${top}px`, width: `${Math.max(width, long ? 280 : 120)}px`, height: `${long ? 120 : Math.min(height, 36)}px`,
    });
    this.options?.place(this.box.getBoundingClientRect());
  }

  listed() {
    const { app, cell } = this;
    const { name } = cell.field;
    this.options = new Options({
      root: app.root, field: cell.field, names: app.model.names[name],
      pick: ({ value, text }) => this.picked(value, text),
      ask: (text) => app.traffic.ask(name, text),
      make: (text) => {
        this.making = true;
        app.traffic.make(name, text);
      },
    });
    this.options.belong(this.input);
    this.options.narrow("");
    const now = this.options.shown.findIndex(({ value }) => value === cell.value);
    if (now >= 0) this.options.mark(now);
  }

  picked(value, text, move = "stay") {
    const { names } = this.app.model;
    const { name, kind } = this.cell.field;
    if (kind === "member" || kind === "link") names[name] = { ...names[name], [value]: text };
    this.finish({ value }, move);
  }

  // The server's answer to a search or to a making; a record just made is the only one.
  answer(said) {
    if (this.making && said.options.length === 1) return this.picked(...said.options[0]);
    this.making = false;
    return this.options?.answer(said);
  }

  calendar() {
    const day = el("input", "calendar");
    day.type = "date";
    day.tabIndex = -1;
    day.setAttribute("aria-label", `${this.cell.field.label}: calendar`);
    if (typeof this.cell.value === "string" && !this.cell.problem) day.value = this.cell.value;
    day.addEventListener("pointerdown", () => (this.picking = true));
    day.addEventListener("change", () => day.value && this.finish({ value: day.value }, "stay"));
    day.addEventListener("blur", () => {
      this.picking = false;
      this.end();
    });
    this.box.append(day);
  }

  changed() {
    this.touched = true;
    this.options?.narrow(this.input.value);
    this.check();
  }

  check() {
    const { model } = this.app;
    const { problem } = this.options || !this.input.value ? {} : read(this.cell.field, this.input.value, model.names, model.locale);
    this.box.classList.toggle("wrong", !!problem);
    this.input.setAttribute("aria-invalid", String(!!problem));
    this.input.title = problem ?? "";
  }

  key(event) {
    event.stopPropagation();
    if (event.isComposing || event.keyCode === 229) return; // these keys are the composing's own
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const move = { Enter: event.shiftKey ? "up" : "down", Tab: event.shiftKey ? "left" : "right" }[event.key];
    if (event.key === "Enter" && event.altKey && this.cell.field.kind === "long") this.line();
    else if (step && this.options) this.step(step);
    else if (move) this.leave(move);
    else if (event.key === "Escape") this.finish(undefined, "stay");
    else if (event.key.toLowerCase() === "s" && (event.ctrlKey || event.metaKey)) {
      this.leave("stay");
      this.app.save();
    } else return;
    event.preventDefault();
  }

  line() {
    const { input } = this;
    input.setRangeText("\n", input.selectionStart, input.selectionEnd, "end");
    this.changed();
  }

  step(by) {
    this.stepped = true;
    this.options.step(by);
  }

  // Takes what is marked in the list, or what was typed.
  leave(move) {
    const { options, input } = this;
    const one = options?.shown[options.at];
    // Of a text that has a list, what only holds the letters that were typed is not what was meant.
    const free = this.cell.field.offers?.length && one && !begins(one.text, input.value);
    const wanted = this.stepped || (this.touched && input.value.trim() && !free);
    if (one?.make && wanted) return options.choose();
    if (one && wanted && !options.asking) return this.picked(one.value, one.text, move);
    return this.finish(this.touched ? { text: input.value } : undefined, move);
  }

  // The focus went elsewhere: what was typed is kept.
  end() {
    if (!this.picking) this.finish(this.touched ? { text: this.input.value } : undefined, "none");
  }

  finish(said, move) {
    if (this.ended) return;
    this.ended = true;
    removeEventListener("scroll", this.place, true);
    removeEventListener("resize", this.place);
    this.options?.end();
    this.box.remove();
    this.done(said, move);
  }
}
