// Find: counts over all rows of the filter and jumps from one to the next; the server looks, or the rows that are here.
import { el } from "../dom.js";

export class Find {
  constructor(app) {
    this.app = app;
    this.box = el("div", "find");
    this.box.setAttribute("role", "search");
    this.box.hidden = true;
    this.input = el("input");
    this.input.type = "search";
    this.input.setAttribute("aria-label", "Find in all rows");
    this.told = el("span", "told");
    this.told.setAttribute("aria-live", "polite");
    const buttons = [["↑", "Previous", () => this.go(true)], ["↓", "Next", () => this.go(false)], ["✕", "Close", () => this.close()]];
    this.box.append(this.input, this.told, ...buttons.map(([sign, words, act]) => this.button(sign, words, act)));
    this.input.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.isComposing) return;
      if (event.key === "Enter") this.go(event.shiftKey);
      else if (event.key === "Escape") this.close();
      else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "h") this.app.replace();
      else return;
      event.preventDefault();
    });
  }

  button(sign, words, act) {
    const node = el("button", "quiet", sign);
    node.type = "button";
    node.setAttribute("aria-label", words);
    node.addEventListener("click", act);
    return node;
  }

  open() {
    this.box.hidden = false;
    this.input.focus();
    this.input.select();
  }

  close() {
    this.box.hidden = true;
    this.told.textContent = "";
    this.app.focus();
  }

  go(back) {
    const text = this.input.value.trim();
    if (!text) return;
    const after = text === this.text ? (this.last ?? -1) : -1;
    this.text = text;
    if (!this.app.model.data.may?.find) return this.here(text.toLowerCase(), after, back);
    this.told.textContent = "…";
    this.app.traffic.find(text, after, back);
    this.asked = this.app.traffic.asked;
  }

  answer({ n, count, at, nth }) {
    if (n !== this.asked) return;
    this.asked = undefined;
    this.tell(count, nth);
    if (at !== null) this.jump(at);
  }

  here(word, after, back) {
    const { model, columns } = this.app;
    const holds = (at) => columns.some((name) => model.cell(model.id(at), name).text.toLowerCase().includes(word));
    const found = [...model.places.keys()].sort((a, b) => a - b).filter(holds);
    const next = back ? (found.findLast((at) => at < after) ?? found.at(-1)) : (found.find((at) => at > after) ?? found[0]);
    this.tell(found.length, found.indexOf(next) + 1, " of the rows that are here");
    if (next !== undefined) this.jump(next);
  }

  tell(count, nth, where = "") {
    this.told.textContent = count ? `${nth ? `${nth.toLocaleString("en")} of ` : ""}${count.toLocaleString("en")}${where}` : `Nothing${where}`;
  }

  jump(at) {
    this.last = at;
    const { model, columns } = this.app;
    this.app.traffic.need(at, at, () => {
      const col = columns.findIndex((name) => model.cell(model.id(at), name)?.text.toLowerCase().includes(this.text.toLowerCase()));
      this.app.select(at, Math.max(0, col), false, true);
    });
    this.app.table.show(at, 0);
  }
}
