// Draws a filter as chips, each of which says its condition in words, can be opened to change it, and taken away; a
// box finds a column by typing and asks what it should be. What is chosen goes to the server as a whole filter.
import { el, icon } from "../dom.js";
import { Box } from "./box.js";
import { editor } from "./editor.js";
import { finder } from "./finder.js";

const apps = new WeakMap(); // root -> app

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".foyer-filters");
  if (!root) {
    root = el("div", "foyer-filters");
    parentElement.append(root);
    apps.set(root, new Filters(root));
  }
  const app = apps.get(root);
  app.send = setTriggerValue;
  app.draw(data);
}

class Filters {
  constructor(root) {
    this.root = root;
    this.line = el("div", "line");
    this.line.setAttribute("role", "group");
    this.line.setAttribute("aria-label", "Filters");
    this.wrong = el("p", "wrong");
    this.wrong.setAttribute("role", "alert");
    this.box = new Box(root);
    this.turn = Date.now(); // another one for each question, in this tab
    root.append(this.line, this.wrong);
  }

  draw(data) {
    const drawn = JSON.stringify(data);
    if (this.drawn === drawn) return;
    this.drawn = drawn;
    this.data = data;
    if (data.turn === this.turn) this.answered();
    const focused = this.root.getRootNode().activeElement?.dataset?.name;
    const { parts, any } = data.chips;
    const asked = data.outside.length + count(parts) + (data.archived ? 1 : 0);
    this.line.replaceChildren(
      this.button("add", "Add filter", () => this.find("add", []), "add", "filter_list"),
      ...(data.archived ? [this.chip({ words: "Archived only" }, "archived", undefined, () => this.ask({ archived: false }), "outside")] : []),
      ...data.outside.map((chip) => this.outside(chip)),
      ...(parts.length > 1 ? [this.how(any, "", () => this.ask({ filter: said(parts, !any) }))] : []),
      ...parts.map((part, at) => (part.parts ? this.group(part, at) : this.inside(part, [at]))),
      ...(asked ? [this.button("clear", `Clear ${asked} filter${asked === 1 ? "" : "s"}`, () => this.clear(), "clear")] : []),
    );
    if (focused && !this.box.open) (this.line.querySelector(`[data-name="${CSS.escape(focused)}"]`) ?? this.line.firstChild).focus();
  }

  // The question is answered: what was refused stays open with its reason.
  answered() {
    const { error } = this.data;
    this.wrong.textContent = this.box.open ? "" : error;
    if (error) this.box.refuse(error);
    else this.box.close();
  }

  button(name, words, act, cls, sign) {
    const node = el("button", cls, sign ? undefined : words);
    node.type = "button";
    node.dataset.name = name;
    if (sign) node.append(icon(sign), el("span", "", words));
    node.addEventListener("click", act);
    return node;
  }

  chip({ words }, name, edit, away, cls = "") {
    const node = el("span", `chip ${cls}`);
    const text = edit ? this.button(name, words, edit, "words") : el("span", "words", words);
    text.title = words;
    const off = this.button(`${name} away`, "×", away, "away");
    off.setAttribute("aria-label", `Remove filter: ${words}`);
    off.title = "Remove";
    node.append(text, off);
    return node;
  }

  // A condition that a number or a link asked for: it can be taken away, or changed into one of the filter.
  outside(chip) {
    const edit = chip.said && (() => this.edit(chip.key, chip.said, (one) => this.ask({ without: [chip.key], filter: this.with([], one) })));
    return this.chip(chip, chip.key, edit, () => this.ask({ without: [chip.key] }), "outside");
  }

  // One of the filter; `path` is its place: [at], or [group, at].
  inside(chip, path) {
    const name = path.join(".");
    const change = (one) => this.ask({ filter: this.put(path, one) });
    return this.chip(chip, name, () => this.edit(name, chip.said, change), () => change());
  }

  group(part, at) {
    const node = el("span", "group");
    node.setAttribute("role", "group");
    node.setAttribute("aria-label", part.any ? "Any of these" : "All of these");
    const turned = () => said(this.data.chips.parts.map((one, i) => (i === at ? { ...one, any: !one.any } : one)), this.data.chips.any);
    node.append(
      this.how(part.any, `${at}.`, () => this.ask({ filter: turned() })),
      ...part.parts.map((chip, i) => this.inside(chip, [at, i])),
      this.button(`${at}.add`, "+", () => this.find(`${at}.add`, [at]), "add"),
    );
    node.lastChild.setAttribute("aria-label", "Add a filter to this group");
    return node;
  }

  how(any, name, turn) {
    const node = this.button(`${name}how`, any ? "Match any" : "Match all", turn, "how");
    node.title = any ? "One of these is enough. Click to ask for all of them." : "All of these must hold. Click to ask for any of them.";
    return node;
  }

  // Which column, then what is asked of it. `path`: in which group, [] for none.
  find(name, path) {
    const mayGroup = !path.length && this.data.chips.parts.length > 0;
    finder(this, this.anchor(name), { archived: !path.length && this.data.archived === false, group: mayGroup }, {
      column: (field) => this.editIn(this.anchor(name), [field.name, field.ops[0]], (one) => this.ask({ filter: this.with(path, one) })),
      archived: () => this.ask({ archived: true }),
      group: () => finder(this, this.anchor(name), {}, {
        column: (field) => this.editIn(this.anchor(name), [field.name, field.ops[0]], (one) => this.ask({ filter: this.beside(one) })),
      }),
    });
  }

  edit(name, condition, done) {
    this.editIn(this.anchor(name), condition, done);
  }

  editIn(anchor, condition, done) {
    editor(this, anchor, condition, done);
  }

  anchor(name) {
    return this.line.querySelector(`[data-name="${CSS.escape(name)}"]`) ?? this.line.firstChild;
  }

  // The whole filter with one condition more: in a group, or beside all others.
  with(path, one) {
    const { parts, any } = this.data.chips;
    const made = said(parts, any);
    const all = list(made);
    if (path.length) list(all[path[0]]).push(one);
    else all.push(one);
    return made;
  }

  // A group of the other way with one condition, as a part of the filter.
  beside(one) {
    const { parts, any } = this.data.chips;
    const made = said(parts, any);
    list(made).push({ [any ? "all" : "any"]: [one] });
    return made;
  }

  // The filter with another condition in a place, or without it.
  put(path, one) {
    const { parts, any } = this.data.chips;
    const made = said(parts, any);
    const all = list(made);
    const within = path.length > 1 ? list(all[path[0]]) : all;
    within.splice(path.at(-1), 1, ...(one ? [one] : []));
    if (path.length > 1 && !within.length) all.splice(path[0], 1);
    return made;
  }

  clear() {
    this.ask({ filter: [], archived: false, without: this.data.outside.map(({ key }) => key) });
  }

  ask({ filter, without = [], archived = this.data.archived }) {
    const { parts, any } = this.data.chips;
    this.turn += 1;
    this.wrong.textContent = "";
    this.send("asked", { filter: filter ?? said(parts, any), without, archived: !!archived, turn: this.turn });
  }
}

const count = (parts) => parts.reduce((sum, part) => sum + (part.parts ? part.parts.length : 1), 0);

// Parts as the server reads them.
function said(parts, any) {
  const each = parts.map((part) => (part.parts ? { [part.any ? "any" : "all"]: part.parts.map((one) => [...one.said]) } : [...part.said]));
  return any ? { any: each } : each;
}

// The list inside a filter or group as it is said.
const list = (made) => (Array.isArray(made) ? made : Object.values(made)[0]);
