// Draws the queue: what needs one now, each line with its acts. J goes to the next line, K to the one before, from
// wherever nothing is typed. Where a line goes away under the keyboard, the one that takes its place has it.
import { el, icon } from "../dom.js";
import { link } from "../visit.js";

const WRITES = "input, textarea, select, [contenteditable=true], [role=grid], [role=treegrid], [role=menu], [role=combobox]";
const mounted = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let queue = mounted.get(parentElement);
  if (!queue?.root.isConnected) mounted.set(parentElement, (queue = made(parentElement)));
  queue.tell = setTriggerValue;
  const drawn = JSON.stringify(data);
  if (queue.drawn !== drawn) draw(queue, data);
  queue.drawn = drawn;
  return () => {
    removeEventListener("keydown", queue.pressed);
    queue.root.remove();
    mounted.delete(parentElement);
  };
}

function made(parent) {
  const queue = { root: el("div", "foyer-queue") };
  queue.pressed = (event) => pressed(event, queue);
  addEventListener("keydown", queue.pressed);
  parent.append(queue.root);
  return queue;
}

const titles = (queue) => [...queue.root.querySelectorAll(".title")];
const line = (queue) => queue.root.getRootNode().activeElement?.closest?.("li");

function draw(queue, data) {
  const before = line(queue);
  const at = before ? [...before.parentElement.children].indexOf(before) : -1;
  const list = el("ol");
  list.setAttribute("aria-label", "What needs you now");
  list.append(...data.lines.map((one) => drawLine(queue, one)));
  const end = [];
  if (data.more) end.push(more(queue));
  if (data.lines.length > 1) end.push(keys());
  queue.root.replaceChildren(...(data.lines.length ? [list, ...end] : []));
  if (at < 0) return;
  const same = [...list.children].find((item) => item.dataset.key === before.dataset.key);
  (same ?? list.children[Math.min(at, list.children.length - 1)])?.querySelector(".title").focus({ preventScroll: !same });
}

function drawLine(queue, one) {
  const item = el("li");
  item.dataset.key = `${one.table} ${one.id}`;
  const body = el("div", "body");
  const title = link(one.address, one.title, "title");
  const said = { table: one.table, id: one.id };
  if (one.seen) title.addEventListener("click", () => queue.tell("act", { ...said, act: "seen" }));
  const facts = el("div", "facts");
  facts.append(el("span", `why ${one.tone}`, one.why));
  if (one.facts) facts.append(el("span", "", one.facts));
  body.append(title, facts);
  const acts = el("div", "acts");
  one.acts.forEach((act) => {
    const button = el("button", "", act.text);
    button.type = "button";
    button.dataset.act = act.name;
    button.title = act.label;
    button.setAttribute("aria-label", `${act.label}: ${one.title}`);
    button.addEventListener("click", () => {
      item.querySelectorAll("button").forEach((each) => (each.disabled = true)); // the second click of two
      title.focus({ preventScroll: true });
      queue.tell("act", { ...said, act: act.name });
    });
    acts.append(button);
  });
  item.append(icon(one.icon), body, acts);
  return item;
}

function more(queue) {
  const button = el("button", "more", "Show more");
  button.type = "button";
  button.addEventListener("click", () => {
    button.disabled = true;
    queue.tell("more", queue.root.querySelectorAll("li").length);
  });
  return button;
}

function keys() {
  const said = el("p", "keys");
  said.append(el("kbd", "", "J"), " next, ", el("kbd", "", "K"), " the one before, ", el("kbd", "", "Enter"), " opens it");
  return said;
}

function pressed(event, queue) {
  const by = { j: 1, k: -1 }[event.key.toLowerCase()];
  const [at] = event.composedPath();
  if (!by || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (at.closest?.(WRITES) || document.querySelector("[role=dialog]") || at.closest?.("[popover], dialog")) return;
  const all = titles(queue);
  if (!all.length) return;
  event.preventDefault();
  const here = all.indexOf(line(queue)?.querySelector(".title"));
  const next = here < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, here + by));
  all[next].focus();
}
