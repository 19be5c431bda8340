// Plays the server's part for the drawn grid: makes rows, answers what is wanted, saved and asked, and says what it heard.
import grid from "/components/grid/grid.js";

const asked = new URLSearchParams(location.search);
const STAGES = [["new", "New", "blue"], ["offer", "Offer", "orange"], ["won", "Closed won", "green"]];
const FIELDS = [
  { name: "name", label: "Name", kind: "text", width: 180, edit: true, required: true, most: 30, sort: true },
  { name: "stage", label: "Stage", kind: "choice", width: 120, edit: true, options: STAGES, sort: true, group: true, measures: ["count", "unique"] },
  { name: "value", label: "Value", kind: "money", width: 110, edit: true, sort: true, align: "end", measures: ["sum", "average"] },
  { name: "due", label: "Due", kind: "day", width: 120, edit: true, sort: true },
  { name: "customer", label: "Customer", kind: "link", width: 160, edit: true, names: true, ask: true },
  { name: "owner", label: "Owner", kind: "member", width: 120, edit: true, names: true },
  { name: "tags", label: "Tags", kind: "tags", width: 140, edit: true },
  { name: "email", label: "E-mail", kind: "email", width: 170, edit: true, most: 60 },
  { name: "chance", label: "Probability", kind: "whole", width: 100, edit: true, low: 0, high: 100 },
  { name: "urgent", label: "Urgent", kind: "tick", width: 80, edit: true },
  { name: "notes", label: "Notes", kind: "long", width: 200, edit: true, most: 200 },
  { name: "made", label: "Made", kind: "moment", width: 150, edit: false, note: "It is written when the deal is made." },
];
for (let i = FIELDS.length; i < Number(asked.get("columns") ?? 0); i++) FIELDS.push({ name: `f${i}`, label: `Field ${i}`, kind: "text", width: 120, edit: true });
const CUSTOMERS = Array.from({ length: 500 }, (_, i) => [i + 1, `Customer ${i + 1}`]);
const total = Number(asked.get("rows") ?? 60);
const changed = new Map(); // id -> {field: value}, over what a row is made with
const versions = new Map();

const made = (id) => ({
  name: `Deal ${id}`, stage: STAGES[id % 3][0], value: `${id * 10}.50`, due: "2026-12-24", customer: (id % 50) + 1, owner: (id % 2) + 1,
  tags: id % 2 ? ["hot", "north"] : [], email: `deal${id}@x.example`, chance: id % 100, urgent: id % 2 === 0, notes: "", made: "2026-11-01T09:30:00Z",
});
const stored = (id) => ({ ...made(id), ...changed.get(id) });
const row = (id) => [id, versions.get(id) ?? 1, id % 7 === 0 ? 1 : 0, ...FIELDS.map(({ name }) => stored(id)[name] ?? null)];

// A page draws the grid in a shadow, with its style beside it.
let here = document.getElementById("here");
if (asked.get("shadow")) {
  const shadow = here.attachShadow({ mode: "open" });
  shadow.append(document.querySelector("link").cloneNode(), (here = document.createElement("div")));
}

const play = (window.play = {
  heard: [], answering: true, found: null,
  data: {
    place: asked.get("place") ?? "ann/deals", query: "all", label: "Deals", fields: FIELDS, rows: [], start: 0, total, fresh: [], gone: [],
    names: { customer: Object.fromEntries(CUSTOMERS.slice(0, 51)), owner: { 1: "Ann", 2: "Bo" } }, window: 100, height: 476,
    layout: { order: [], hidden: [], widths: {}, pinned: 1, sort: [], tall: "short" },
    sentences: ["A colleague's deal: only its owner may change it."],
    locale: { zone: "UTC", today: "2026-11-27", decimal: ".", day: "D MMM YYYY", currency: "EUR" },
    may: { edit: true, add: true, find: true }, acts: [{ name: "archive", label: "Archive", many: true }], result: null, answer: null, found: null,
  },
  stored,
  // A table of words that are no records.
  plain(lines) {
    const words = (name) => ({ name, label: name, kind: "words", width: 200, edit: false, sort: false });
    const told = { plain: true, place: "", fields: Object.keys(lines[0]).map(words), may: {}, acts: [], sentences: [], names: {}, height: 412 };
    const rows = lines.map((line, i) => [i + 1, 0, 0, ...Object.values(line)]);
    const sent = (kind) => (name, value) => this.heard.push([name, value]);
    grid({ data: { ...this.data, ...told, total: rows.length, window: rows.length, rows }, parentElement: here, setTriggerValue: sent("trigger"), setStateValue: sent("state") });
  },
  // What the server says next, and draws.
  say(change = {}) {
    Object.assign(this.data, { fresh: [], gone: [] }, change);
    const { start, window } = this.data;
    const lines = this.grouped();
    if (lines) Object.assign(this.data, { total: lines.length, count: total, fold: [...this.unfolded].join() });
    const n = Math.min(window, Math.max(0, this.data.total - start));
    this.data.rows = Array.from({ length: n }, (_, i) => (lines ? lines[start + i] : row(start + i + 1)));
    const data = structuredClone(this.data);
    const sent = (kind) => (name, value) => this.hear(kind, name, structuredClone(value));
    this.clean = grid({ data, parentElement: here, setTriggerValue: sent("trigger"), setStateValue: sent("state") });
  },
  hear(kind, name, value) {
    this.heard.push([name, value]);
    if (!this.answering) return;
    setTimeout(() => this[`on_${name}`]?.(value));
  },
  // The list in groups of stages, each with its head and, when it is unfolded, its rows.
  unfolded: new Set(),
  grouped() {
    if (!this.data.layout.group?.length) return undefined;
    return STAGES.flatMap(([key, label]) => {
      const ids = Array.from({ length: total }, (_, i) => i + 1).filter((id) => stored(id).stage === key);
      const open = this.unfolded.has(key);
      const head = { key, label: `Stage: ${label}`, count: ids.length, sums: `Value $${ids.length}.00`, depth: 0, open };
      return [head, ...(open ? ids.map(row) : [])];
    });
  },
  on_fold(key) {
    if (!this.unfolded.delete(key)) this.unfolded.add(key);
    this.say();
  },
  on_layout(layout) {
    const foot = Object.fromEntries(Object.entries(layout.foot ?? {}).map(([name, measure]) => [name, `${measure} of ${name}`]));
    this.say({ layout, foot, total, query: `all${layout.group ?? ""}` });
  },
  on_want({ start }) { this.say({ start }); },
  on_sort(sort) { this.say({ query: JSON.stringify(sort), start: 0, layout: { ...this.data.layout, sort } }); },
  on_ask({ n, field, text }) {
    const options = CUSTOMERS.filter(([, name]) => name.toLowerCase().includes(text.toLowerCase())).slice(0, 20);
    this.say({ answer: { n, field, options, make: true } });
  },
  on_make({ n, field, text }) {
    CUSTOMERS.push([CUSTOMERS.length + 1, text]);
    this.say({ answer: { n, field, options: [CUSTOMERS.at(-1)], make: true } });
  },
  on_find({ n, text, after, back }) {
    const all = Array.from({ length: this.data.total }, (_, at) => at).filter((at) => stored(at + 1).name.includes(text));
    const at = (back ? all.findLast((one) => one < after) ?? all.at(-1) : all.find((one) => one > after) ?? all[0]) ?? null;
    this.say({ found: { n, count: all.length, at, nth: all.indexOf(at) + 1 } });
  },
  on_save({ token, edits }) {
    const [saved, problems, clashes] = [{}, {}, {}];
    for (const [id, fields] of Object.entries(edits))
      for (const [name, [seen, wanted]] of Object.entries(fields)) {
        const now = stored(+id)[name] ?? null;
        if (JSON.stringify(now) !== JSON.stringify(seen)) (clashes[id] ??= {})[name] = { now, who: "Bo", when: "at 9:00" };
        else if (wanted === "taken") (problems[id] ??= {})[name] = "That is taken.";
        else (saved[id] ??= {})[name] = wanted;
      }
    for (const [id, fields] of Object.entries(saved)) this.write(+id, fields);
    const ok = !Object.keys(problems).length && !Object.keys(clashes).length;
    this.say({ result: { token, ok, words: ok ? "Saved." : "Not all was saved.", saved, problems, clashes, act: `act ${token}` } });
  },
  on_undo({ token, acts, rest }) {
    const refused = this.since && !rest;
    const words = refused ? "Name was changed since." : "Undone.";
    this.say({ result: { token, ok: !refused, words, rest: !!refused, acts: refused ? acts : ["undo of it"] } });
  },
  on_add({ token, rows, each }) {
    const problems = each ? Object.fromEntries(rows.flatMap((row, at) => (row.name ? [] : [[at, { name: "Name is needed." }]]))) : {};
    const made = rows.flatMap((row, at) => (at in problems ? [] : [at]));
    this.data.total += made.length;
    const words = `Added ${made.length}.`;
    this.say({ result: { token, ok: made.length === rows.length, words, saved: {}, problems, made, act: `act ${token}` } });
  },
  write(id, fields) {
    changed.set(id, { ...changed.get(id), ...fields });
    versions.set(id, (versions.get(id) ?? 1) + 1);
  },
  // A colleague writes, and the server tells of it.
  colleague(id, fields) {
    this.write(id, fields);
    this.say({ fresh: [row(id)] });
  },
});
if (!asked.get("plain")) play.say();
document.body.dataset.ready = "yes";
