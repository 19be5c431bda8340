// Draws facts as a list of terms and what they say: plain text, chips, links to records, to call, write or open.

import { el } from "../dom.js";
import { link } from "../visit.js";

const LONG = 90; // signs, or more than a line: such a text has the whole width

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".foyer-facts");
  if (!root) {
    root = el("div", "foyer-facts");
    parentElement.append(root);
  }
  const drawn = JSON.stringify(data);
  if (root.drawn === drawn) return;
  root.drawn = drawn;
  const focus = root.getRootNode().activeElement?.dataset?.name;
  const list = el("dl");
  list.append(...data.facts.map(drawFact));
  root.replaceChildren(list, ...(data.note ? [el("p", "note", data.note)] : []));
  if (focus) root.querySelector(`[data-name="${CSS.escape(focus)}"]`)?.focus({ preventScroll: true });
}

function drawFact(fact) {
  const box = el("div", fact.text.length > LONG || fact.text.includes("\n") ? "fact long" : "fact");
  const says = el("dd");
  if (fact.chips.length) says.append(...fact.chips.map((chip) => el("span", `chip ${chip.colour}`, chip.text)));
  else if (fact.address) says.append(leading(fact));
  else says.textContent = fact.text;
  box.append(el("dt", "", fact.label), says);
  return box;
}

// A website opens in another tab, which learns nothing about this one.
function leading({ label, text, address }) {
  const node = address.startsWith("/") ? link(address, text) : el("a", "", text);
  node.href = address;
  if (/^https:/i.test(address)) {
    node.target = "_blank";
    node.rel = "noopener noreferrer nofollow";
  }
  node.dataset.name = label;
  return node;
}
