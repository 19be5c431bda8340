// Acts on many cells at once: copy, paste, fill, clear. Each is one step back; a block that is not here yet is fetched.
import { fromTsv, toTsv } from "./tsv.js";

const MOST = 2000; // rows in one act
const MOST_MADE = 200; // new ones

const count = (n, one) => `${n.toLocaleString("en")} ${one}${n === 1 ? "" : "s"}`;

function places({ r0, r1, c0, c1 }) {
  const found = [];
  for (let at = r0; at <= r1; at++) for (let col = c0; col <= c1; col++) found.push({ at, col });
  return found;
}

const target = (app, { at, col }) => ({ id: app.model.id(at), name: app.columns[col] });

function told(app, done, words) {
  const { locked, wrong } = done;
  const more = [locked && `${count(locked, "cell")} may not be changed and stay`, wrong && `${wrong} to put right`].filter(Boolean);
  app.changed();
  app.say([`${words}.`, ...more.map((one) => `${one}.`)].join(" "));
}

// Does `act` when the rows are here; says so when they are too many.
function withRows(app, r0, r1, act) {
  const rows = r1 - r0 + 1;
  const head = Array.from({ length: Math.min(rows, MOST) }, (_, i) => r0 + i).some((at) => app.model.heads.has(at));
  if (head) app.say("The head of a group stands between these rows. Choose rows of one group.");
  else if (rows > MOST) app.say(`These are ${count(rows, "row")}; at most ${MOST.toLocaleString("en")} can be changed at once. Nothing was changed.`);
  else app.traffic.need(r0, r1, act);
}

export function copied(app) {
  const { r0, r1, c0, c1 } = app.range.sides();
  const lines = [];
  for (let at = r0; at <= r1; at++)
    if (!app.model.heads.has(at)) lines.push(app.columns.slice(c0, c1 + 1).map((name) => app.model.cell(app.model.id(at), name)?.text));
  return lines;
}

// Puts the range on the clipboard of the event; false when rows of it are not here yet, and then nothing is on it.
export function copy(app, clipboard) {
  const { r0, r1 } = app.range.sides();
  if (r1 - r0 >= MOST) {
    app.say(`At most ${MOST.toLocaleString("en")} rows can be copied at once; export takes them all.`);
    return false;
  }
  const lines = copied(app);
  if (!lines.length) return false; // heads of groups alone
  if (lines.flat().includes(undefined)) {
    app.say("Fetching the rows that were not shown yet…");
    app.traffic.need(r0, r1, () => app.say("The rows are here: copy them now."));
    return false;
  }
  clipboard.setData("text/plain", toTsv(lines));
  app.say(`Copied ${count(lines.length * lines[0].length, "cell")}.`);
  return true;
}

export function clear(app) {
  const sides = app.range.sides();
  withRows(app, sides.r0, sides.r1, () => {
    const done = app.model.change(places(sides).map((place) => ({ ...target(app, place), text: "" })));
    told(app, done, `Cleared ${count(done.done, "cell")}`);
  });
}

// From a range to a greater one around it, over and over.
export function fill(app, from, to) {
  const [rows, cols] = [from.r1 - from.r0 + 1, from.c1 - from.c0 + 1];
  const turn = (n, by) => ((n % by) + by) % by;
  withRows(app, to.r0, to.r1, () => {
    const list = places(to)
      .filter(({ at, col }) => at < from.r0 || at > from.r1 || col < from.c0 || col > from.c1)
      .map((place) => {
        const name = app.columns[from.c0 + turn(place.col - from.c0, cols)];
        const source = app.model.cell(app.model.id(from.r0 + turn(place.at - from.r0, rows)), name);
        const alike = name === app.columns[place.col] && source.problem === undefined;
        return { ...target(app, place), ...(alike ? { value: source.value } : { text: source.text }) };
      });
    const done = app.model.change(list);
    app.span(to);
    told(app, done, `Filled ${count(done.done, "cell")}`);
  });
}

export function fillDown(app) {
  const sides = app.range.sides();
  if (sides.r1 > sides.r0) fill(app, { ...sides, r1: sides.r0 }, sides);
  else if (sides.r0 > 0) fill(app, { ...sides, r0: sides.r0 - 1, r1: sides.r0 - 1 }, { ...sides, r0: sides.r0 - 1 });
}

// One value goes into the whole range, a block from its first cell on; what stands below the end may become records.
export function paste(app, text) {
  const block = fromTsv(text);
  const { r0, r1, c0, c1 } = app.range.sides();
  const one = block.length === 1 && block[0].length === 1;
  const repeat = Math.max(1, Math.floor((r1 - r0 + 1) / block.length)) * block.length;
  const high = one ? r1 - r0 + 1 : repeat;
  const wide = Math.min(one ? c1 - c0 + 1 : block[0].length, app.columns.length - c0);
  const inside = r0 < app.model.total ? Math.min(high, app.model.total - r0) : high;
  const cell = (row, col) => block[row % block.length][one ? 0 : col];
  if (inside === high && r0 + high - app.model.total > MOST_MADE)
    return app.say(`At most ${MOST_MADE} new rows can be pasted at once. Nothing was pasted.`);
  return withRows(app, r0, r0 + high - 1, () => {
    const sides = { r0, r1: r0 + inside - 1, c0, c1: c0 + wide - 1 };
    const done = app.model.change(places(sides).map((place) => ({ ...target(app, place), text: cell(place.at - r0, place.col - c0) })));
    app.span(sides);
    told(app, done, `Pasted ${count(inside * wide, "cell")}`);
    const below = Array.from({ length: high - inside }, (_, i) => app.columns.slice(c0, c0 + wide).map((name, col) => [name, cell(inside + i, col)]));
    if (below.length) app.more(below);
  });
}

// Takes what the browser says of its clipboard while a cell has the focus; answers with how to end that. It hears the
// window: Firefox says it of the selection, which is the page's, and not of what has the focus.
export function hearClipboard(app) {
  const hear = (event) => {
    const focused = app.root.getRootNode().activeElement;
    if (app.editor || app.menu || !app.range.active || !app.root.contains(focused) || !app.table.place(focused)) return;
    event.preventDefault();
    if (event.type === "paste") paste(app, event.clipboardData.getData("text/plain"));
    else if (copy(app, event.clipboardData) && event.type === "cut") clear(app);
  };
  const kinds = ["copy", "cut", "paste"];
  for (const kind of kinds) addEventListener(kind, hear);
  return () => kinds.forEach((kind) => removeEventListener(kind, hear));
}
