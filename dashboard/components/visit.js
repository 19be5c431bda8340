// Links to other screens of the house: a plain click goes there in this tab without loading it anew, and asks the
// server nothing before; with a modifier key the browser does with it what it does with any link.
import { el } from "./dom.js";

export function visit(address) {
  history.pushState({}, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}

export function link(address, text, cls) {
  const node = el("a", cls, text);
  node.href = address;
  node.addEventListener("click", (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    visit(address);
  });
  return node;
}
