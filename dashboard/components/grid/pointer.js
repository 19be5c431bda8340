// The mouse and the finger on cells: a mouse draws a range and fills by its corner, a finger scrolls, taps and opens.
import { fill } from "./blocks.js";
import { cellMenu } from "./menus.js";

// Follows a pointer that is down until it is up.
export function follow(event, move, done) {
  const up = (now) => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", up);
    removeEventListener("pointercancel", up);
    done?.(now);
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", up);
  addEventListener("pointercancel", up);
}

export function listen(app) {
  const { lines, corner } = app.table;
  const under = ({ clientX, clientY }) => app.table.place(app.root.getRootNode().elementFromPoint(clientX, clientY));
  lines.addEventListener("pointerdown", (event) => {
    const place = app.table.place(event.target);
    if (event.button || event.pointerType !== "mouse" || event.target === corner || !place || place.col < 0) return;
    event.preventDefault();
    app.editor?.end();
    app.select(place.at, place.col, event.shiftKey && !!app.range.active);
    follow(event, (now) => {
      const to = under(now);
      if (to && !app.editor) app.select(to.at, Math.max(0, to.col), true);
    });
  });
  lines.addEventListener("click", (event) => {
    const place = app.table.place(event.target);
    if (!place) return;
    if (place.group) app.fold(place.at);
    else if (place.col === -2) {
      if (event.target.type === "checkbox") setTimeout(() => app.ticks.toggle(place.at, event.shiftKey));
      else app.ticks.toggle(place.at, event.shiftKey);
    } else if (place.col === -1) app.open(place.at);
    else if (event.target.closest(".act")) app.edit(place.at, place.col);
    else if (event.pointerType && event.pointerType !== "mouse") {
      const again = app.range.active?.at === place.at && app.range.active.col === place.col;
      if (again) app.edit(place.at, place.col);
      else app.select(place.at, place.col);
    }
  });
  lines.addEventListener("dblclick", (event) => {
    const place = app.table.place(event.target);
    if (place?.col >= 0 && !event.target.closest(".act")) app.edit(place.at, place.col);
  });
  lines.addEventListener("contextmenu", (event) => {
    const place = app.table.place(event.target);
    if (!place || place.col < 0 || place.group) return;
    event.preventDefault();
    if (!app.range.holds(place.at, place.col)) app.select(place.at, place.col);
    cellMenu(app, event.clientX, event.clientY);
  });
  lines.addEventListener("focusin", (event) => {
    const place = app.table.place(event.target);
    if (!app.range.active && place?.col >= 0) app.select(place.at, place.col);
  });
  corner.addEventListener("pointerdown", (event) => drag(app, event, under));
}

function drag(app, event, under) {
  event.preventDefault();
  event.stopPropagation();
  const from = app.range.sides();
  let to = from;
  follow(
    event,
    (now) => {
      const cell = under(now);
      if (!cell) return;
      const down = cell.at > from.r1 || cell.at < from.r0;
      const col = Math.max(0, cell.col);
      to = down
        ? { ...from, r0: Math.min(from.r0, cell.at), r1: Math.max(from.r1, cell.at) }
        : { ...from, c0: Math.min(from.c0, col), c1: Math.max(from.c1, col) };
      app.span(to);
    },
    () => fill(app, from, to),
  );
}
