// The list on a phone: a card a record, and a sheet of its fields with the keyboard that each needs.
import { el } from "../dom.js";
import { WHOSE } from "./bar.js";
import { mode } from "./editor.js";
import { around, inSight } from "./insight.js";
import { headWords } from "./groups.js";
import { empty } from "./kinds.js";

const HIGH = 84;
const MORE = 4;
const FACTS = 3;
const ASKED = 180; // ms of rest in typing before the server is asked

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
    return [first, Math.min(this.count - 1, first + Math.ceil(this.box.clientHeight / HIGH))];
  }

  // A new record is begun in a form here; rows that were begun in the table stand below the others.
  get count() {
    return this.app.model.total + this.app.model.made.begun();
  }

  draw() {
    const { app } = this;
    if (!app.narrow || !app.columns) return;
    this.list.setAttribute("aria-label", app.model.data.label);
    this.list.style.height = `${this.count * HIGH}px`;
    this.box.style.setProperty("--all", `${this.count * HIGH}px`);
    const [first, last] = this.visible();
    inSight(this.shown, this.list, around(first, last, this.count, MORE), (at) => this.make(at));
    for (const [at, card] of this.shown) {
      if (card.changes !== app.model.changes) this.paint(card, at);
      card.changes = app.model.changes;
    }
    if (this.sheet) this.fields();
  }

  make(at) {
    const card = el("li");
    card.style.transform = `translateY(${at * HIGH}px)`;
    card.setAttribute("aria-setsize", this.count);
    card.setAttribute("aria-posinset", at + 1);
    const button = el("button", "card");
    button.type = "button";
    button.addEventListener("click", () => (this.app.model.heads.has(at) ? this.app.fold(at) : this.open(this.app.model.id(at), button)));
    card.append(button);
    return card;
  }

  paint(card, at) {
    const { model, columns } = this.app;
    const group = model.heads.get(at);
    card.firstChild.classList.toggle("group", !!group);
    if (group) card.firstChild.setAttribute("aria-expanded", String(group.open));
    else card.firstChild.removeAttribute("aria-expanded");
    if (group) return card.firstChild.replaceChildren(...headWords(group).map((words, i) => el("span", ["title", "facts"][i], words)));
    const cells = columns.map((name) => model.cell(model.id(at), name)).filter(Boolean);
    const [title, ...facts] = cells.filter(({ field }) => field.kind !== "act");
    const line = el("span", "facts", facts.filter(({ text }) => text).slice(0, FACTS).map(({ text, unit }) => (unit ? `${text} ${unit}` : text)).join(" · "));
    const why = [...new Set(cells.map(({ mark }) => mark[1]).filter(Boolean))].filter((words) => !facts.some(({ text }) => text === words));
    if (why.length) line.prepend(el("span", "why", why.join(" · ")), " · ");
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
    whole.addEventListener("click", () => {
      this.sheet.close();
      if (this.app.model.data.plain) this.app.lead(id);
      else this.app.send.trigger("opened", id);
    });
    close.addEventListener("click", () => this.sheet.close());
    this.sheet.addEventListener("close", () => {
      for (const { input } of this.inputs.values()) if (input.touched) input.dispatchEvent(new Event("change"));
      this.sheet.remove();
      this.sheet = undefined;
      from?.focus();
    });
    const feet = el("div", "feet");
    feet.append(...(this.app.model.data.plain && !this.app.model.data.opens?.[id] ? [close] : [whole, close]));
    this.sheet.append(this.form, this.acts(id), feet);
    this.app.root.append(this.sheet);
    this.inputs = new Map();
    for (const name of this.app.columns)
      if (this.app.model.byName[name].kind !== "act") this.form.append(this.field(id, name));
    this.fields();
    this.sheet.showModal();
  }

  // What can be done with the record.
  acts(id) {
    const box = el("div", "acts");
    for (const { name, label } of this.app.acts(id)) {
      const button = el("button", "", label);
      button.type = "button";
      button.addEventListener("click", () => {
        this.sheet.close();
        this.app.act(name, { ids: [id] });
      });
      box.append(button);
    }
    return box;
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
    input.addEventListener("input", () => {
      input.touched = true;
      if (cell.field.ask) this.ask(name, input);
    });
    if (cell.field.ask) label.append(this.offered(name, input));
    input.addEventListener("change", () => {
      input.touched = false;
      this.app.put([{ id, name, ...said(input, cell.field), saw }]);
    });
    label.append(el("span", "name", cell.field.label), input, note);
    const sides = this.sides(id, name);
    this.inputs.set(name, { input, note, sides });
    const box = el("div");
    box.append(label, sides);
    return box;
  }

  // What to do where a colleague has changed it too.
  sides(id, name) {
    const box = el("div", "acts");
    for (const [whose, words] of Object.entries(WHOSE)) {
      const button = el("button", "", words);
      button.type = "button";
      button.addEventListener("click", () => this.app.decide(whose, id, name));
      box.append(button);
    }
    return box;
  }

  // Names from the server for a link, offered by the phone itself while one types.
  offered(name, input) {
    const list = el("datalist");
    list.id = `offered-${name}`;
    input.setAttribute("list", list.id);
    return list;
  }

  ask(name, input) {
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.app.traffic.ask(name, input.value.trim()), ASKED);
  }

  answer({ field, options }) {
    const { names } = this.app.model;
    names[field] = { ...names[field], ...Object.fromEntries(options) };
    this.sheet?.querySelector(`#offered-${CSS.escape(field)}`)?.replaceChildren(
      ...options.map(([, words]) => Object.assign(el("option"), { value: words })),
    );
  }

  // What the record shows now, but for the field that is being typed in.
  fields() {
    const focused = this.sheet.getRootNode().activeElement;
    for (const [name, { input, note, sides }] of this.inputs) {
      const cell = this.app.model.cell(this.sheet.id_, name);
      if (!cell) continue;
      note.textContent = cell.problem ?? cell.clash ?? cell.locked ?? "";
      sides.hidden = !cell.clash;
      input.setAttribute("aria-invalid", String(!!cell.problem));
      if (input === focused) continue;
      if (input.type === "checkbox") input.checked = !!cell.value;
      else if (cell.field.kind === "choice") input.value = cell.value ?? "";
      else if (input.type === "date") input.value = typeof cell.value === "string" ? cell.value : "";
      else input.value = cell.text;
    }
  }
}

function said(input, { kind }) {
  if (input.type === "checkbox") return { value: input.checked };
  return kind === "choice" ? { value: input.value || null } : { text: input.value };
}

function control({ field, value, text }, model) {
  const known = field.options ?? Object.entries(model.names[field.name] ?? {});
  if (field.kind === "choice" || field.kind === "member") {
    const select = el("select");
    const option = ([id, words]) => Object.assign(el("option", "", words), { value: field.kind === "choice" ? id : words });
    select.append(el("option", "", ""), ...known.map(option));
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
