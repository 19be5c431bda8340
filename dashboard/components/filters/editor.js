// Asks what a column should be: the way it is compared, and with what, as its kind has it.
import { el } from "../dom.js";

const NONE = new Set(["empty", "filled"]);
const SEARCHED = 8; // of more choices than these one searches
const DAYS = new Set(["day", "moment"]);
const NUMBERS = new Set(["money", "whole"]);

// `condition`: [column, way, values...] to begin with; `done` is called with another.
export function editor(app, anchor, condition, done) {
  const [name, way, ...values] = condition;
  const field = app.data.fields.find((one) => one.name === name);
  if (!field) return;
  const words = app.data.ops[field.kind];
  const form = el("form");
  form.noValidate = true;
  const how = el("select");
  how.setAttribute("aria-label", `How ${field.label} is compared`);
  field.ops.forEach((op) => how.append(option(op, words[op])));
  how.value = field.ops.includes(way) ? way : field.ops[0];
  how.hidden = field.ops.length < 2;
  const what = el("div");
  what.style.display = "grid";
  what.style.gap = "8px";
  let read = () => [];
  const draw = () => {
    const asked = asks(app, field, how.value, how.value === way ? values : []);
    read = asked.read;
    what.replaceChildren(...asked.nodes);
  };
  how.addEventListener("change", draw);
  const acts = el("div", "acts");
  const cancel = el("button", "", "Cancel");
  cancel.type = "button";
  cancel.addEventListener("click", () => app.box.close());
  const apply = el("button", "primary", "Apply");
  apply.type = "submit";
  acts.append(cancel, apply);
  form.append(el("p", "head", field.label), how, what, acts);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    done([name, how.value, ...read()]);
  });
  draw();
  app.box.show(anchor, `Filter by ${field.label}`, form);
  if (!how.hidden) what.querySelector("input, select")?.focus();
}

function option(value, text) {
  const one = el("option", "", text);
  one.value = value;
  return one;
}

// The boxes for what it is compared with, and what they hold.
function asks(app, field, op, values) {
  if (NONE.has(op)) return { nodes: [], read: () => [] };
  if (op === "in") return chosen(field.label, app.data.spans, values[0]);
  if (field.kind === "yes_no") return chosen(field.label, [["yes", "Yes"], ["no", "No"]], values[0] === false ? "no" : "yes", (said) => said === "yes");
  if (op === "any" || op === "none") return field.kind === "tags" ? tags(field, values) : many(field, values);
  const type = op === "older" || NUMBERS.has(field.kind) ? "number" : DAYS.has(field.kind) ? "date" : "text";
  const labels = op === "between" ? ["From", "To"] : [op === "older" ? "Days" : "Value"];
  const boxes = labels.map((label, i) => {
    const box = el("input");
    // What a person types as a number is read by the server, with their signs.
    box.type = type === "number" ? "text" : type;
    if (type === "number") box.inputMode = op === "older" ? "numeric" : "decimal";
    box.value = values[i] ?? "";
    box.setAttribute("aria-label", `${field.label}: ${label.toLowerCase()}`);
    if (type === "text" && field.choices.length) box.setAttribute("list", "offered");
    const whole = el("label");
    if (labels.length > 1 || op === "older") whole.append(el("span", "", label));
    whole.append(box);
    return { box, whole };
  });
  const offers = el("datalist");
  offers.id = "offered";
  if (type === "text") offers.append(...field.choices.map(([value, text]) => option(value, text)));
  return { nodes: [...boxes.map(({ whole }) => whole), offers], read: () => boxes.map(({ box }) => box.value.trim()) };
}

function chosen(label, choices, now, as = (said) => said) {
  const box = el("select");
  box.setAttribute("aria-label", label);
  choices.forEach(([value, text]) => box.append(option(value, text)));
  if (now !== undefined) box.value = now;
  return { nodes: [box], read: () => [as(box.value)] };
}

function tags(field, values) {
  const box = el("input");
  box.type = "text";
  box.value = values.join(", ");
  box.placeholder = "Tags, with commas between them";
  box.setAttribute("aria-label", `${field.label}: tags`);
  return { nodes: [box], read: () => box.value.split(",").map((tag) => tag.trim()).filter(Boolean) };
}

function many(field, values) {
  const ticked = new Set(values);
  const list = el("div", "many");
  list.setAttribute("role", "group");
  list.setAttribute("aria-label", field.label);
  // A value of the filter that is offered no longer stays until it is taken off.
  const gone = values.filter((value) => !field.choices.some(([one]) => one === value)).map((value) => [value, "No longer here"]);
  const search = el("input");
  search.type = "search";
  search.placeholder = "Find";
  search.setAttribute("aria-label", `Find in ${field.label}`);
  search.hidden = field.choices.length <= SEARCHED;
  const draw = () => {
    const word = search.value.trim().toLowerCase();
    const fits = ([value, text]) => ticked.has(value) || text.toLowerCase().includes(word);
    list.replaceChildren(...[...field.choices, ...gone].filter(fits).map(([value, text]) => {
      const label = el("label");
      const box = el("input");
      box.type = "checkbox";
      box.checked = ticked.has(value);
      box.addEventListener("change", () => ticked[box.checked ? "add" : "delete"](value));
      label.append(box, el("span", "", text));
      return label;
    }));
  };
  search.addEventListener("input", draw);
  draw();
  const order = [...field.choices, ...gone].map(([value]) => value);
  return { nodes: [search, list], read: () => order.filter((value) => ticked.has(value)) };
}
