// A model of three rows, and what a server may say to it next.
import { Model } from "/components/grid/model.js";
export { fromTsv, toTsv } from "/components/grid/tsv.js";

const base = () => ({
  query: "all", total: 3, start: 0, names: {}, may: { edit: true }, sentences: ["A colleague's."],
  locale: { decimal: ".", today: "2026-11-27", zone: "UTC", day: "D MMM YYYY", currency: "EUR" },
  fields: [
    { name: "name", label: "Name", kind: "text", edit: true, required: true, most: 10 },
    { name: "stage", label: "Stage", kind: "choice", edit: true, options: [["new", "New"], ["won", "Closed won"]] },
    { name: "value", label: "Value", kind: "money", edit: true },
    { name: "made", label: "Made", kind: "day", edit: false, note: "It is written once." },
  ],
  rows: [
    [1, 1, 0, "Ann", "new", "5.00", null],
    [2, 1, 1, "Bo", "new", null, null],
    [3, 1, 0, "Cy", "won", "7.50", null],
  ],
});

export function begin(place = `one/${Math.random()}`) {
  const said = { ...base(), place };
  const model = new Model();
  const sent = (change) => model.take({ ...said, ...change });
  sent({});
  return {
    base: said, model, sent,
    row: (id, other) => said.rows.map((one) => (one[0] === id ? other(one) : one)),
    texts: () => [1, 2, 3].map((id) => model.cell(id, "name").text),
  };
}
