// Draws a feed: what happened, newest first, under the days on which it happened. Text of more than a few lines is
// folded, and what was unfolded stays so when the feed is drawn again. When its end comes near, more is asked for.
import { el, icon } from "../dom.js";
import { link } from "../visit.js";

const NEAR = "600px"; // below the window
const unfolded = new WeakMap(); // root -> ids

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".foyer-feed");
  if (!root) {
    root = el("div", "foyer-feed");
    parentElement.append(root);
    unfolded.set(root, new Set());
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const focus = root.getRootNode().activeElement?.dataset?.name;
  const end = data.older ? [link(data.older, "Older", "older")] : data.more ? [more(root, setTriggerValue)] : [];
  const pin = (said) => setTriggerValue("pin", said);
  root.replaceChildren(...data.days.map((day) => drawDay(day, pin)), ...end);
  root.querySelectorAll(".text").forEach((text) => fold(text, unfolded.get(root)));
  if (focus) root.querySelector(`[data-name="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

// Asked for by itself as one scrolls, or by its button.
function more(root, setTriggerValue) {
  const button = el("button", "more", "Show more");
  button.type = "button";
  button.dataset.name = "more";
  const ask = () => {
    if (button.disabled || !button.isConnected) return;
    button.disabled = true;
    button.textContent = "More is coming…";
    setTriggerValue("more", root.querySelectorAll(".entry").length);
  };
  button.addEventListener("click", ask);
  root.watch?.disconnect();
  root.watch = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && ask(), { rootMargin: NEAR });
  root.watch.observe(button);
  return button;
}

function drawDay(day, pin) {
  const box = el("section", "day");
  box.setAttribute("aria-label", day.title);
  const list = el("ol");
  list.append(...day.entries.map((entry) => drawEntry(entry, pin)));
  box.append(el("p", "date", day.title), list);
  return box;
}

function drawEntry(entry, pin) {
  const item = el("li", "entry");
  item.dataset.id = String(entry.id);
  const body = el("div", "body");
  const top = el("div", "top");
  const at = el("time", "at", entry.at);
  at.dateTime = entry.moment;
  at.title = entry.full;
  top.append(marked(el("span", "title"), entry.title, entry.mentions), at);
  const facts = el("div", "facts");
  facts.append(el("span", "", entry.facts));
  entry.links.forEach((to) => {
    const node = link(to.address, to.text, "to");
    node.title = to.kind;
    node.dataset.name = `${entry.id} ${to.address}`;
    facts.append(node);
  });
  body.append(top, facts);
  if (entry.text) {
    const text = marked(el("p", "text"), entry.text, entry.mentions);
    text.dataset.id = String(entry.id);
    body.append(text);
  }
  item.append(icon(entry.icon), body);
  if (entry.pin) item.append(drawPin(entry, pin));
  return item;
}

function drawPin(entry, pin) {
  const { id, pinned } = entry.pin;
  const button = el("button", pinned ? "pin on" : "pin");
  button.type = "button";
  button.title = pinned ? "No longer on top" : "Pin on top";
  button.setAttribute("aria-label", `${button.title}: ${entry.title}`);
  button.dataset.name = `pin ${id}`;
  button.append(icon(pinned ? "keep_off" : "keep"));
  button.addEventListener("click", () => pin({ id, pinned: !pinned }));
  return button;
}

// A text in which the names of colleagues behind an @, in full or the first alone, stand out.
function marked(node, said, names) {
  const each = names.flatMap((name) => [name, name.split(" ")[0]]).sort((a, b) => b.length - a.length);
  const plain = each.map((name) => name.replace(/[.*+?^${}()|[\]\\\/]/g, "\\$&"));
  const parts = plain.length ? said.split(new RegExp(`(@(?:${plain.join("|")})(?![\\p{L}\\p{N}]))`, "iu")) : [said];
  parts.forEach((part, at) => part && node.append(at % 2 ? el("span", "mention", part) : part));
  return node;
}

// A button under a text that is cut off; whether one is depends on its width, so it is measured.
function fold(text, open) {
  const id = text.dataset.id;
  text.classList.toggle("open", open.has(id));
  if (!open.has(id) && text.scrollHeight <= text.clientHeight + 1) return;
  const button = el("button", "fold");
  button.type = "button";
  button.dataset.name = `fold ${id}`;
  const say = () => {
    button.textContent = open.has(id) ? "Show less" : "Show all";
    button.setAttribute("aria-expanded", String(open.has(id)));
  };
  button.addEventListener("click", () => {
    open[open.has(id) ? "delete" : "add"](id);
    text.classList.toggle("open", open.has(id));
    say();
  });
  say();
  text.after(button);
}
