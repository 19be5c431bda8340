// The list on a phone: a card a record, and a sheet of its fields with the keyboard that each needs.
import { el } from "../dom.js";
import { mode } from "./editor.js";
import { empty } from "./kinds.js";

const HIGH = 84;
const MORE = 4;
const FACTS = 3;

export class Cards {
  constructor(app) {
    this.app = app;
    this.box = el("div", "cards");
    this.list = el("ul");
    this.box.append(this.list);
    this.shown = new Map(); // place -> element
    this.box.addEventListener("scroll", () => {
      this.draw();
      app.traffic.want(...this.visible());
    });
  }

  visible() {
    const first = Math.floor(this.box.scrollTop / HIGH);
    return [first, Math.min(this.app.model.total - 1, first + Math.ceil(this.box.clientHeight / HIGH))];
  }

  draw() {
    const { app } = this;
    if (!app.narrow || !app.columns) return;
    this.list.setAttribute("aria-label", app.model.data.label);
    this.list.style.height = `${app.model.total * HIGH}px`;
    const [first, last] = this.visible();
    const keep = new Set();
    for (let at = Math.max(0, first - MORE); at <= Math.min(app.model.total - 1, last + MORE); at++) keep.add(at);
    for (const [at, card] of this.shown)
      if (!keep.has(at)) {
        card.remove();
        this.shown.delete(at);
      }
    let after = null;
    for (const at of [...keep].sort((a, b) => b - a)) {
      let card = this.shown.get(at);
      if (!card) this.list.insertBefore((card = this.make(at)), after);
      this.shown.set(at, card);
      if (card.changes !== app.model.changes) this.paint(card, at);
      card.changes = app.model.changes;
      after = card;
    }
    if (this.sheet) this.fields();
  }

  make(at) {
    const card = el("li");
    card.style.transform = `translateY(${at * HIGH}px)`;
    card.setAttribute("aria-setsize", this.app.model.total);
    card.setAttribute("aria-posinset", at + 1);
    const button = el("button", "card");
    button.type = "button";
    button.addEventListener("click", () => this.open(this.app.model.id(at), button));
    card.append(button);
    return card;
  }

  paint(card, at) {
    const { model, columns } = this.app;
    const cells = columns.map((name) => model.cell(model.id(at), name)).filter(Boolean);
    const [title, ...facts] = cells;
    const line = el("span", "facts", facts.filter(({ text }) => text).slice(0, FACTS).map(({ text }) => text).join(" · "));
    const waits = cells.filter(({ edit }) => edit).length;
    card.firstChild.replaceChildren(el("span", "title", title?.text ?? "…"), line);
    if (waits) card.firstChild.append(el("span", "waits", `${waits} not saved${cells.some(({ problem }) => problem) ? ", to put right" : ""}`));
  }

  open(id, from) {
    if (id === undefined) return;
    this.sheet = el("dialog", "sheet");
    this.sheet.id_ = id;
    this.sheet.setAttribute("aria-label", this.app.model.cell(id, this.app.columns[0]).text || "Record");
    this.form = el("div", "fields");
    const whole = el("button", "", "Open the record");
    const close = el("button", "primary", "Done");
    whole.type = close.type = "button";
    whole.addEventListener("click", () => this.app.send.trigger("opened", id));
    close.addEventListener("click", () => this.sheet.close());
    this.sheet.addEventListener("close", () => {
      for (const { input } of this.inputs.values()) if (input.touched) input.dispatchEvent(new Event("change"));
      this.sheet.remove();
      this.sheet = undefined;
      from?.focus();
    });
    const feet = el("div", "feet");
    feet.append(whole, close);
    this.sheet.append(this.form, feet);
    this.app.root.append(this.sheet);
    this.inputs = new Map();
    for (const name of this.app.columns) this.form.append(this.field(id, name));
    this.fields();
    this.sheet.showModal();
  }

  field(id, name) {
    const cell = this.app.model.cell(id, name);
    const label = el("label", "field");
    const input = control(cell, this.app.model);
    const note = el("span", "note");
    note.id = `note-${name}`;
    input.setAttribute("aria-describedby", note.id);
    if (cell.locked) input.disabled = true;
    let saw = cell.stored;
    input.addEventListener("focus", () => (saw = this.app.model.cell(id, name).stored));
    input.addEventListener("input", () => (input.touched = true));
    input.addEventListener("change", () => {
      input.touched = false;
      const said = input.type === "checkbox" ? { value: input.checked } : input.tagName === "SELECT" && cell.field.kind === "choice" ? { value: input.value || null } : { text: input.value };
      this.app.put([{ id, name, ...said, saw }]);
    });
    label.append(el("span", "name", cell.field.label), input, note);
    this.inputs.set(name, { input, note });
    return label;
  }

  // What the record shows now, but for the field that is being typed in.
  fields() {
    const focused = this.sheet.getRootNode().activeElement;
    for (const [name, { input, note }] of this.inputs) {
      const cell = this.app.model.cell(this.sheet.id_, name);
      if (!cell) continue;
      note.textContent = cell.problem ?? cell.clash ?? cell.locked ?? "";
      input.setAttribute("aria-invalid", String(!!cell.problem));
      if (input === focused) continue;
      if (input.type === "checkbox") input.checked = !!cell.value;
      else if (input.tagName === "SELECT" && cell.field.kind === "choice") input.value = cell.value ?? "";
      else if (input.type === "date") input.value = typeof cell.value === "string" ? cell.value : "";
      else input.value = cell.text;
    }
  }
}

function control({ field, value, text }, model) {
  const many = field.kind === "choice" ? field.options : field.kind === "member" ? (field.options ?? Object.entries(model.names[field.name] ?? {})) : null;
  if (many) {
    const select = el("select");
    select.append(el("option", "", ""), ...many.map(([id, words]) => Object.assign(el("option", "", words), { value: field.kind === "choice" ? id : words })));
    if (field.required && !empty(value)) select.firstChild.remove();
    select.value = field.kind === "choice" ? (value ?? "") : text;
    return select;
  }
  const input = el(field.kind === "long" ? "textarea" : "input");
  if (field.kind === "tick") input.type = "checkbox";
  else if (field.kind === "day") input.type = "date";
  else input.inputMode = mode(field);
  return input;
}
