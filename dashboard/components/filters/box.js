// The box below a chip: in the topmost layer, closed by Escape, a click elsewhere, or its end.
import { el } from "../dom.js";

export class Box {
  constructor(root) {
    this.root = root;
  }

  get open() {
    return !!this.node;
  }

  // Shows `content` below what was clicked, which gets the focus back.
  show(anchor, label, content) {
    this.close(false);
    const name = anchor.dataset.name;
    const node = el("div", "box");
    node.popover = "manual";
    node.setAttribute("role", "dialog");
    node.setAttribute("aria-label", label);
    node.append(content);
    node.addEventListener("keydown", (event) => {
      event.stopPropagation(); // the page's own keys are not meant here
      if (event.key !== "Escape") return;
      event.preventDefault();
      this.close();
    });
    this.away = (event) => !event.composedPath().includes(node) && this.close(false);
    addEventListener("pointerdown", this.away, true);
    this.root.append(node);
    node.showPopover();
    this.node = node;
    this.name = name;
    this.place(anchor);
    node.querySelector("input:not([type=checkbox]), select, input, button")?.focus();
  }

  place(anchor) {
    const { left, top, bottom } = anchor.getBoundingClientRect();
    const { width, height } = this.node.getBoundingClientRect();
    const below = bottom + 4 + height <= innerHeight || top < height;
    this.node.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
    this.node.style.top = `${Math.max(8, Math.min(below ? bottom + 4 : top - height - 4, innerHeight - height - 8))}px`;
  }

  // Why what was asked for cannot be; what was filled in stays.
  refuse(sentence) {
    if (!this.node) return;
    this.node.querySelector(".wrong")?.remove();
    const wrong = el("p", "wrong", sentence);
    wrong.setAttribute("role", "alert");
    this.node.append(wrong);
  }

  close(focus = true) {
    if (!this.node) return;
    removeEventListener("pointerdown", this.away, true);
    this.node.remove();
    this.node = undefined;
    if (focus) (this.root.querySelector(`[data-name="${CSS.escape(this.name)}"]`) ?? this.root.querySelector("button"))?.focus();
  }
}
