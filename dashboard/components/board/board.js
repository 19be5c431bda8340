// Draws the board from `data` alone: nothing is moved here, a move is asked for and the server's answer is drawn.
// User text goes in with textContent only.
import { el } from "../dom.js";
import { link } from "../figures/figures.js";

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(".foyer-board");
  if (!root) {
    root = el("div", "foyer-board");
    parentElement.appendChild(root);
  }
  const focused = root.querySelector(".card:focus")?.dataset.id ?? root.dataset.focus;
  const scroll = root.querySelector(".columns")?.scrollLeft ?? 0;
  root.replaceChildren();
  let dragged = null;

  const places = [...data.columns.filter((c) => c.takes).map((c) => ({ id: c.id, title: c.title })), ...data.targets];
  const move = (card, from, to) => {
    if (!card.movable || from === to) return;
    root.dataset.focus = String(card.id);
    setTriggerValue("moved", { id: card.id, from: card.seen || from, to });
  };
  const accept = (node, to) => {
    node.addEventListener("dragover", (event) => {
      event.preventDefault();
      node.classList.add("over");
    });
    node.addEventListener("dragleave", () => node.classList.remove("over"));
    node.addEventListener("drop", (event) => {
      event.preventDefault();
      node.classList.remove("over");
      if (dragged) move(dragged.card, dragged.from, to);
      dragged = null;
    });
  };

  const status = el("div", "sr-only");
  status.setAttribute("aria-live", "polite");
  const columns = el("div", "columns");

  data.columns.forEach((column, at) => {
    const box = el("section", `column ${column.look || `stage-${at}`}`);
    box.setAttribute("aria-label", column.title);
    const head = el("header");
    head.append(el("h3", "", column.title));
    column.heads.forEach((money) => {
      const note = el("p", "note");
      note.append(link(money.count, "figure"), " · ", link(money.value, "figure"), " · weighted ", link(money.weighted, "figure"));
      head.append(note);
    });
    box.append(head);
    const list = el("ul");
    column.cards.forEach((card) => list.append(drawCard(card, column, at)));
    box.append(list);
    if (column.more) {
      const more = el("p", "more");
      more.append(link(column.more, "figure"));
      box.append(more);
    }
    if (!column.cards.length) box.append(el("p", "more", data.empty));
    if (column.takes) accept(box, column.id);
    columns.append(box);
  });
  root.append(columns);

  if (data.targets.length && data.columns.some((column) => column.cards.some((card) => card.movable))) {
    const strip = el("div", "targets");
    data.targets.forEach((target) => {
      const zone = el("div", `target ${target.id}`, `Drop here: ${target.title}`);
      accept(zone, target.id);
      strip.append(zone);
    });
    root.append(strip);
  }
  root.append(status);
  columns.scrollLeft = scroll;
  if (focused) {
    const again = root.querySelector(`.card[data-id="${CSS.escape(focused)}"]`);
    if (again && root.dataset.focus === focused) again.focus({ preventScroll: false });
    delete root.dataset.focus;
  }

  function drawCard(card, column, at) {
    const item = el("li");
    const node = el("article", "card");
    node.tabIndex = 0;
    node.dataset.id = String(card.id);
    node.draggable = card.movable;
    node.setAttribute("aria-label", [card.title, card.value, card.customer, card.step, card.by_hand, card.late].filter(Boolean).join(", "));
    const top = el("div", "line");
    top.append(el("span", "title", card.title), el("span", "value", card.value));
    if (!card.movable && data.locked) {
      const lock = el("span", "lock", "🔒");
      lock.title = data.locked;
      lock.setAttribute("aria-label", data.locked);
      lock.setAttribute("role", "img");
      top.append(lock);
    }
    const middle = el("div", "line quiet");
    middle.append(el("span", "clip", card.customer), el("span", "", card.owner));
    const low = el("div", "line quiet");
    low.append(el("span", `step ${card.step_kind}`, card.step), el("span", "", card.age));
    node.append(top, middle, low);
    if (card.by_hand) node.append(el("div", "quiet", card.by_hand));
    if (card.late) {
      node.classList.add(card.late_kind);
      node.append(el("div", `late ${card.late_kind}`, card.late));
    }
    if (card.movable) node.append(menu(card, column.id));
    node.addEventListener("dragstart", (event) => {
      dragged = { card, from: column.id };
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", String(card.id));
      root.classList.add("dragging");
    });
    node.addEventListener("dragend", () => root.classList.remove("dragging"));
    node.addEventListener("click", (event) => {
      if (!event.target.closest("select")) setTriggerValue("opened", card.id);
    });
    node.addEventListener("keydown", (event) => keys(event, card, at, node));
    item.append(node);
    return item;
  }

  function menu(card, from) {
    const select = el("select", "move-to");
    select.setAttribute("aria-label", `Move ${card.title} to`);
    const first = el("option", "", "Move to…");
    first.value = "";
    select.append(first);
    places
      .filter((place) => place.id !== from)
      .forEach((place) => {
        const option = el("option", "", place.title);
        option.value = place.id;
        select.append(option);
      });
    select.addEventListener("change", () => {
      const to = select.value;
      select.value = "";
      if (to) move(card, from, to);
    });
    return select;
  }

  function keys(event, card, at, node) {
    if (event.target !== node) return;
    const side = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const line = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (event.key === "Enter") {
      event.preventDefault();
      setTriggerValue("opened", card.id);
    } else if (side && event.altKey) {
      event.preventDefault();
      let next = at + side;
      while (data.columns[next] && !data.columns[next].takes) next += side;
      const to = data.columns[next];
      if (!card.movable) {
        status.textContent = data.locked;
      } else if (to) {
        status.textContent = `Moving ${card.title} to ${to.title}`;
        move(card, data.columns[at].id, to.id);
      }
    } else if (side) {
      event.preventDefault();
      for (let next = at + side; next >= 0 && next < data.columns.length; next += side) {
        const there = columns.children[next].querySelector(".card");
        if (there) return there.focus();
      }
    } else if (line) {
      event.preventDefault();
      const item = node.parentElement;
      const next = line < 0 ? item.previousElementSibling : item.nextElementSibling;
      next?.querySelector(".card")?.focus();
    } else if (event.key === "m") {
      event.preventDefault();
      node.querySelector("select")?.focus();
    }
  }
}
