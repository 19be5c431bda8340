// Takes a chart away as it stands on the screen: Vega has drawn it as SVG, which is saved as it is or painted as PNG.

import { el } from "../dom.js";

const SHARP = 2; // pixels of a PNG for one of the screen
const DRAWN = "svg.marks";

// The picture nearest to these links: the first box around them that holds one.
function drawn(parent) {
  let box = parent.getRootNode().host ?? parent;
  while (box && !box.querySelector(DRAWN)) box = box.parentElement;
  return box?.querySelector(DRAWN);
}

// A file of its own: the ground of the screen is in it, so that light words stay readable wherever it goes.
function standing(svg, parent) {
  const copy = svg.cloneNode(true);
  const { width, height } = svg.getBoundingClientRect();
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(parent).getPropertyValue("--st-background-color").trim() || "#ffffff");
  copy.prepend(ground);
  return { text: new XMLSerializer().serializeToString(copy), width, height };
}

function save(blob, name) {
  const to = el("a");
  to.href = URL.createObjectURL(blob);
  to.download = name;
  to.click();
  setTimeout(() => URL.revokeObjectURL(to.href), 60_000);
}

async function painted({ text, width, height }) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  await image.decode();
  const sheet = el("canvas");
  sheet.width = Math.round(width * SHARP);
  sheet.height = Math.round(height * SHARP);
  sheet.getContext("2d").drawImage(image, 0, 0, sheet.width, sheet.height);
  return new Promise((done) => sheet.toBlob(done, "image/png"));
}

function button(words, kind, parent, act) {
  const node = el("button", "", words);
  node.type = "button";
  node.setAttribute("aria-label", `Download the chart as ${kind}`);
  node.addEventListener("click", () => {
    const svg = drawn(parent);
    if (svg) act(standing(svg, parent));
  });
  return node;
}

export default function ({ data, parentElement }) {
  let root = parentElement.querySelector(".foyer-picture");
  if (!root) {
    root = el("div", "foyer-picture");
    parentElement.appendChild(root);
  }
  const parts = [];
  if (data.drawn) {
    const svg = (made) => save(new Blob([made.text], { type: "image/svg+xml" }), `${data.name}.svg`);
    const png = async (made) => save(await painted(made), `${data.name}.png`);
    parts.push(button("PNG", "PNG", root, png), button("SVG", "SVG", root, svg));
  }
  if (data.csv) {
    const csv = el("a", "", "As CSV");
    csv.href = data.csv;
    csv.target = "_blank";
    csv.rel = "noopener";
    parts.push(csv);
  }
  root.replaceChildren(...parts);
}
