// The search over every kind of record. Its answers come by an address of ours: the page below is not run for it.
import { el, icon } from "../dom.js";
import { link } from "../visit.js";

const PAUSE = 120; // ms without a letter, after which is asked
const WRITES = "input, textarea, select, [contenteditable=true], [role=grid], [role=treegrid], [role=menu]";
const mounted = new WeakMap();

export default function ({ data, parentElement }) {
  let found = mounted.get(parentElement);
  if (!found?.button.isConnected) mounted.set(parentElement, (found = new Search(parentElement, data)));
  return () => {
    found.end();
    mounted.delete(parentElement);
  };
}

class Search {
  constructor(parent, told) {
    this.told = told;
    this.button = this.opener();
    this.dialog = this.made();
    this.pressed = (event) => this.global(event);
    addEventListener("keydown", this.pressed, true); // before a grid, which keeps its keys to itself
    parent.append(this.button, this.dialog);
  }

  end() {
    removeEventListener("keydown", this.pressed, true);
    this.asking?.abort();
    clearTimeout(this.timer);
    this.button.remove();
    this.dialog.remove();
  }

  opener() {
    const button = el("button", "search-open");
    button.type = "button";
    button.title = "Search everything (/ or Ctrl+K)";
    button.setAttribute("aria-label", "Search everything");
    button.setAttribute("aria-keyshortcuts", "/ Control+K");
    button.setAttribute("aria-haspopup", "dialog");
    const key = el("kbd", "", "/");
    key.setAttribute("aria-hidden", "true");
    button.append(icon("search"), el("span", "words", "Search"), key);
    button.addEventListener("click", () => this.open());
    return button;
  }

  made() {
    const dialog = el("dialog", "search");
    dialog.setAttribute("aria-label", "Search everything");
    this.field = el("input");
    this.field.type = "text";
    this.field.maxLength = this.told.longest;
    this.field.placeholder = "Name, e-mail, part of a phone number, code, text";
    const said = {
      role: "combobox", "aria-label": "Search everything", "aria-autocomplete": "list", "aria-expanded": "false",
      "aria-controls": "search-found", autocomplete: "off", autocapitalize: "off", spellcheck: "false", enterkeyhint: "go",
    };
    for (const [name, value] of Object.entries(said)) this.field.setAttribute(name, value);
    this.field.addEventListener("input", () => this.soon());
    this.field.addEventListener("keydown", (event) => this.key(event));
    const close = el("button", "close", "Esc");
    close.type = "button";
    close.setAttribute("aria-label", "Close the search");
    close.addEventListener("click", () => dialog.close());
    const line = el("div", "line");
    line.append(icon("search"), this.field, close);
    this.list = el("div", "found");
    this.list.id = "search-found";
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Found");
    this.told_ = el("p", "told");
    this.told_.setAttribute("role", "status");
    dialog.append(line, this.list, this.told_);
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => this.closed());
    return dialog;
  }

  global(event) {
    const modified = event.ctrlKey || event.metaKey;
    const asks = modified && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k";
    const slash = event.key === "/" && !modified && !event.altKey && !event.composedPath().some((at) => at.matches?.(WRITES));
    if ((!asks && !slash) || this.dialog.open || document.querySelector("[role=dialog]")) return;
    event.preventDefault();
    event.stopPropagation();
    this.open();
  }

  open() {
    if (this.dialog.open) return;
    this.dialog.showModal();
    this.field.select();
    this.ask();
  }

  closed() {
    this.enters = this.drawn = null;
    this.asking?.abort();
    clearTimeout(this.timer);
    this.choose(null);
  }

  soon() {
    this.enters = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), this.field.value.trim() ? PAUSE : 0);
  }

  async ask() {
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const text = this.field.value;
    try {
      const body = JSON.stringify({ text });
      const headers = { "Content-Type": "application/json" };
      const answer = await fetch(this.told.ask, { method: "POST", credentials: "same-origin", headers, body, signal: asking.signal });
      const found = await answer.json();
      if (this.asking !== asking) return;
      if (answer.ok) this.draw(found, text);
      else this.say(found.error);
    } catch (trouble) {
      if (trouble.name !== "AbortError" && this.asking === asking) this.say("The server does not answer. Try again in a moment.");
    }
  }

  say(sentence) {
    this.enters = null;
    this.list.replaceChildren();
    this.choose(null);
    this.told_.textContent = sentence;
  }

  draw(found, text) {
    const groups = found.groups.map((group, at) => drawGroup(group, at));
    this.list.replaceChildren(...groups);
    this.options = [...this.list.querySelectorAll("[role=option]")];
    for (const option of this.options) {
      option.addEventListener("click", () => this.dialog.close());
      option.addEventListener("pointermove", () => this.choose(option, false));
    }
    this.choose(this.options[0] ?? null);
    const count = this.options.length;
    const more = found.groups.some((group) => group.more) ? " There are more; add a word to find less." : "";
    const waiting = found.waiting ? ` ${found.waiting.toLocaleString()} records are not searched yet; try again in a minute.` : "";
    const none = text.trim() ? "Nothing found. Fewer letters find more." : "What was changed lately will be here.";
    this.drawn = text;
    if (this.enters) this.chosen?.dispatchEvent(again(this.enters));
    this.enters = null;
    this.told_.textContent = (count ? `${count === 1 ? "1 record" : `${count} records`}.${more}` : none) + waiting;
  }

  choose(option, scroll = true) {
    this.chosen?.removeAttribute("aria-selected");
    this.chosen = option;
    this.field.setAttribute("aria-expanded", String(Boolean(option)));
    if (!option) return this.field.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    this.field.setAttribute("aria-activedescendant", option.id);
    if (scroll) option.scrollIntoView({ block: "nearest" });
  }

  // What is on the screen may be the answer to fewer letters: then the best of the answer that is to come is meant.
  enter(event) {
    if (this.drawn === this.field.value) return this.chosen?.dispatchEvent(again(event));
    this.enters = event;
    clearTimeout(this.timer);
    this.ask();
  }

  key(event) {
    if (event.isComposing) return;
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const count = this.options?.length;
    if (by && count) this.choose(this.options[(this.options.indexOf(this.chosen) + by + count) % count]);
    else if (event.key === "Enter") this.enter(event);
    else return;
    event.preventDefault();
  }
}

// Enter is the click that the same keys would make of it: with Ctrl in another tab.
const again = ({ ctrlKey, metaKey, shiftKey }) => new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey, metaKey, shiftKey });

function drawGroup(group, at) {
  const box = el("div", "group");
  const name = el("p", "kind", group.name);
  name.id = `search-kind-${at}`;
  box.setAttribute("role", "group");
  box.setAttribute("aria-labelledby", name.id);
  box.append(name, ...group.hits.map((hit, nth) => drawHit(hit, `search-${at}-${nth}`)));
  return box;
}

function drawHit(hit, id) {
  const option = link(hit.address, "", "hit");
  option.id = id;
  option.tabIndex = -1;
  option.setAttribute("role", "option");
  const title = el("span", "title");
  title.append(...marked(hit.title));
  option.append(title);
  if (hit.beside) {
    const beside = el("span", "beside", `${hit.label} `);
    beside.append(...marked(hit.beside));
    option.append(beside);
  }
  return option;
}

const marked = (parts) => parts.map(([text, found]) => (found ? el("mark", "", text) : document.createTextNode(text)));
