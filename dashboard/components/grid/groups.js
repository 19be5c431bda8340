// The heads of groups, which stand between the rows as lines of their own: drawn, unfolded and folded.
import { el } from "../dom.js";

// A line over the whole width, in place of a row.
export function headLine(head, wide) {
  const row = el("div", "row group");
  row.group = true;
  row.setAttribute("role", "row");
  row.setAttribute("aria-level", head.depth + 1);
  row.setAttribute("aria-expanded", String(head.open));
  const cell = el("div", "cell");
  cell.setAttribute("role", "gridcell");
  cell.setAttribute("aria-colindex", 1);
  cell.setAttribute("aria-colspan", wide);
  const words = el("span", "words");
  words.style.paddingLeft = `${head.depth * 20}px`;
  const sign = el("span", "sign", head.open ? "▾" : "▸");
  sign.setAttribute("aria-hidden", "true");
  words.append(sign, el("b", "", head.label), " ", el("span", "count", head.count.toLocaleString("en")), " ", el("span", "sums", head.sums));
  cell.append(words);
  row.append(cell);
  return row;
}

// What a phone shows of it.
export const headWords = ({ label, count, sums }) => [label, [count.toLocaleString("en"), sums].filter(Boolean).join(" · ")];
