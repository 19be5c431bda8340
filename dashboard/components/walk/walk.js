// The bar over a record beside its list. Which one comes next only the grid knows: it is asked by an event of the page.
import { el } from "../dom.js";
import { link } from "../visit.js";

const WRITES = "input, textarea, select, [contenteditable=true]";
const mounted = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let bar = mounted.get(parentElement);
  if (!bar?.box.isConnected) mounted.set(parentElement, (bar = made(parentElement)));
  bar.close = () => setTriggerValue("close", true);
  if (bar.address !== data.address) bar.page.replaceChildren(link(data.address, "Open its page", "page"));
  bar.address = data.address;
  return () => {
    removeEventListener("keydown", bar.pressed, true);
    bar.box.remove();
    mounted.delete(parentElement);
  };
}

const walk = (by) => dispatchEvent(new CustomEvent("foyer:walk", { detail: by }));

function made(parent) {
  const bar = { box: el("div", "walk"), page: el("span") };
  bar.box.setAttribute("role", "toolbar");
  bar.box.setAttribute("aria-label", "Record beside the list");
  const close = button("✕", "Close", "Esc", () => bar.close());
  bar.box.append(button("↑", "Previous record", "Alt+Up", () => walk(-1)), button("↓", "Next record", "Alt+Down", () => walk(1)), bar.page, close);
  bar.pressed = (event) => pressed(event, bar);
  addEventListener("keydown", bar.pressed, true); // before the grid, which keeps its keys to itself
  parent.append(bar.box);
  return bar;
}

function button(sign, words, keys, act) {
  const node = el("button", "", sign);
  node.type = "button";
  node.title = `${words} (${keys})`;
  node.setAttribute("aria-label", words);
  node.setAttribute("aria-keyshortcuts", keys.replace("Esc", "Escape").replace("Up", "ArrowUp").replace("Down", "ArrowDown"));
  node.addEventListener("click", act);
  return node;
}

function pressed(event, bar) {
  const [at] = event.composedPath();
  if (event.defaultPrevented || document.querySelector("[role=dialog]") || at.closest?.("[popover], dialog")) return;
  const writes = at.matches?.(WRITES) && at.type !== "checkbox";
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (by && event.altKey && !event.ctrlKey && !at.closest?.("[role=columnheader]") && !writes) walk(by);
  else if (event.key === "Escape" && !writes) bar.close();
  else return;
  if (by) {
    event.preventDefault();
    event.stopPropagation();
  }
}
