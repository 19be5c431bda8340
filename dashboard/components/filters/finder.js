// Finds a column by a part of its name: arrows and Enter, or a click.
import { el } from "../dom.js";

// `offer`: what else can be chosen; `chosen` has an act for each.
export function finder(app, anchor, offer, chosen) {
  const box = el("div");
  const input = el("input");
  input.type = "search";
  input.placeholder = "Find a column";
  input.setAttribute("aria-label", "Find a column");
  input.setAttribute("role", "combobox");
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "filter-columns");
  input.autocomplete = "off";
  const list = el("div");
  list.id = "filter-columns";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Columns");
  box.append(input, list);
  const more = [
    offer.archived && { label: "Archived only", act: chosen.archived },
    offer.group && { label: `A group of which ${app.data.chips.any ? "all must hold" : "any is enough"}`, act: chosen.group },
  ].filter(Boolean);
  let shown = [];
  let at = 0;

  const draw = () => {
    const word = input.value.trim().toLowerCase();
    const fits = ({ label }) => label.toLowerCase().includes(word);
    const columns = app.data.fields.filter(fits).map((field) => ({ label: field.label, act: () => chosen.column(field) }));
    shown = [...columns, ...more.filter(fits)];
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map(({ label, act }, i) => {
      const one = el("div", i === columns.length ? "apart" : "", label);
      one.id = `filter-column-${i}`;
      one.setAttribute("role", "option");
      one.setAttribute("aria-selected", String(i === at));
      one.addEventListener("click", act);
      return one;
    }));
    if (!shown.length) list.append(el("div", "none", "No column is called so."));
    if (shown.length) input.setAttribute("aria-activedescendant", `filter-column-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView?.({ block: "nearest" });
  };
  input.addEventListener("input", () => {
    at = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (to !== undefined) at = (to + shown.length) % Math.max(1, shown.length);
    else if (event.key === "Enter") shown[at]?.act();
    else return;
    event.preventDefault();
    if (to !== undefined) draw();
  });
  draw();
  app.box.show(anchor, "Add a filter", box);
}
