// The list below an editor: what can be chosen, narrowed by what is typed, and for links what the server found.
import { el } from "../dom.js";

const MOST = 50;
const ASKED = 180; // ms of rest in typing before the server is asked
let made = 0;

// 2 where one of its names is the word, 1 where one begins with it, else 0.
export const begins = (text, said) => {
  const word = said.trim().toLowerCase();
  const names = text.toLowerCase().split(" · ");
  return names.includes(word) ? 2 : Number(names.some((name) => name.startsWith(word)));
};

export class Options {
  // `pick(option)` is called with {value, text} by a click; `ask(text)` asks the server, `make(text)` makes a record.
  constructor({ root, field, names, pick, ask, make }) {
    Object.assign(this, { field, pick, ask, make, found: [], at: -1, may: false });
    this.known = (field.options ?? (field.offers?.length ? field.offers : undefined))?.map(([value, text]) => ({ value, text })) ?? Object.entries(names ?? {}).map(([id, text]) => ({ value: Number(id), text }));
    this.box = el("div", "options");
    this.box.id = `options${++made}`;
    this.box.popover = "manual";
    this.box.setAttribute("role", "listbox");
    this.box.setAttribute("aria-label", field.label);
    this.box.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const i = [...this.box.children].indexOf(event.target.closest("[role=option]"));
      if (i >= 0) this.choose(i);
    });
    root.append(this.box);
    this.box.showPopover();
  }

  choose(i = this.at) {
    const one = this.shown[i];
    if (one?.make) this.make(one.text);
    else if (one) this.pick(one);
  }

  // Narrows by a word; an empty one shows all.
  narrow(word) {
    this.word = word;
    clearTimeout(this.timer);
    if (this.field.ask) {
      this.asking = true;
      this.timer = setTimeout(() => this.ask(word.trim()), ASKED);
    }
    this.draw();
  }

  // What the server found for the last question.
  answer({ options, make }) {
    this.asking = false;
    this.may = make;
    this.found = options.map(([value, text]) => ({ value, text }));
    this.draw();
  }

  draw() {
    const word = this.word.trim().toLowerCase();
    const fits = ({ text }) => text.toLowerCase().includes(word);
    const all = [...this.found, ...this.known.filter(fits).filter(({ value }) => !this.found.some((one) => one.value === value))];
    const first = ({ text }) => begins(text, word);
    this.shown = all.sort((a, b) => first(b) - first(a)).slice(0, MOST);
    if (this.may && word && !all.some(({ text }) => text.toLowerCase() === word)) this.shown.push({ text: this.word.trim(), make: true });
    this.box.replaceChildren(...this.shown.map((one, i) => this.option(one, i)));
    if (!this.shown.length) this.box.append(el("div", "none", this.asking ? "Searching…" : this.field.offers?.length ? "Kept as it is typed" : "Nothing is called so"));
    this.mark(this.shown.length ? 0 : -1);
  }

  option({ text, make }, i) {
    const node = el("div", "option", make ? `Make “${text}”` : text);
    node.setAttribute("role", "option");
    node.id = `${this.box.id}-${i}`;
    return node;
  }

  mark(at) {
    this.at = at;
    [...this.box.children].forEach((node, i) => node.getAttribute("role") && node.setAttribute("aria-selected", String(i === at)));
    this.box.children[at]?.scrollIntoView({ block: "nearest" });
    this.input?.setAttribute("aria-activedescendant", at >= 0 ? `${this.box.id}-${at}` : "");
  }

  step(by) {
    if (this.shown.length) this.mark(Math.max(0, Math.min(this.shown.length - 1, this.at + by)));
  }

  // Says the list of its text box, and stands below it or above.
  belong(input) {
    this.input = input;
    const said = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "true", "aria-controls": this.box.id };
    for (const [name, value] of Object.entries(said)) input.setAttribute(name, value);
  }

  place({ left, right, top, bottom }) {
    const below = innerHeight - bottom > 220;
    Object.assign(this.box.style, {
      left: `${left}px`, width: `${Math.max(right - left, 220)}px`,
      top: below ? `${bottom + 2}px` : "auto", bottom: below ? "auto" : `${innerHeight - top + 2}px`,
    });
  }

  end() {
    clearTimeout(this.timer);
    this.box.remove();
  }
}
