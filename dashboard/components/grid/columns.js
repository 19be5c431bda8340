// How a person has arranged the columns: their order, widths, which are hidden, how many stay at the left, the sort. Pure.

const NARROWEST = 50;
const WIDEST = 900;
const MOST_SORTS = 3;

// Names from left to right, without the hidden ones; a field that the layout does not know stands at its own place.
export function columns(fields, layout) {
  const known = fields.map(({ name }) => name);
  const hidden = layout.hidden ?? [];
  return ordered(known, layout).filter((name) => !hidden.includes(name));
}

function ordered(known, layout) {
  const order = (layout.order ?? []).filter((name) => known.includes(name));
  for (const [at, name] of known.entries())
    if (!order.includes(name)) order.splice(at ? order.indexOf(known[at - 1]) + 1 : 0, 0, name);
  return order;
}

export const width = (field, layout) => layout.widths?.[field.name] ?? field.width ?? 140;

export const pinned = (layout) => layout.pinned ?? 1;

export const widened = (layout, name, px) => ({
  ...layout,
  widths: { ...layout.widths, [name]: Math.round(Math.max(NARROWEST, Math.min(WIDEST, px))) },
});

// The column takes the place of another.
export function moved(fields, layout, name, other) {
  const order = ordered(fields.map((field) => field.name), layout);
  const to = order.indexOf(other);
  order.splice(order.indexOf(name), 1);
  order.splice(to, 0, name);
  return { ...layout, order };
}

// Hides a column or shows it again; the last one stays.
export function toggled(fields, layout, name) {
  const hidden = layout.hidden ?? [];
  const next = hidden.includes(name) ? hidden.filter((one) => one !== name) : [...hidden, name];
  return columns(fields, { ...layout, hidden: next }).length ? { ...layout, hidden: next } : layout;
}

export const way = (layout, name) => layout.sort?.find(([one]) => one === name)?.[1];

// A click: up, down, no more; with `more` the columns that sort already go before it.
export function sorted(layout, name, more) {
  const sort = layout.sort ?? [];
  const now = way(layout, name);
  const next = now === "asc" ? [[name, "desc"]] : now === "desc" ? [] : [[name, "asc"]];
  if (!more) return next;
  if (!now) return [...sort, ...next].slice(-MOST_SORTS);
  return sort.flatMap((one) => (one[0] === name ? next : [one]));
}
