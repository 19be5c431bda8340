// The names of months in the tongues that store/days.py knows, from what the browser brings; made when first asked for.
import { bare } from "./signs.js";

const SPOKEN = "en de fr es it pt nl da nb sv fi pl cs sk hu ro hr sl tr uk ru el".split(" ");
let known;

// Name in lower case -> number. A name that means two months to two tongues is not known, but for the English ones.
export function months() {
  if (known) return known;
  const found = new Map();
  const ours = new Map([["sept", 9]]);
  for (const tongue of SPOKEN)
    for (const options of [{ month: "long" }, { month: "short" }, { month: "long", day: "numeric" }, { month: "short", day: "numeric" }]) {
      const format = new Intl.DateTimeFormat(tongue, { ...options, timeZone: "UTC" });
      for (let at = 0; at < 12; at++) {
        const part = format.formatToParts(Date.UTC(2026, at, 5)).find((one) => one.type === "month").value;
        const name = bare(part).toLowerCase().replace(/\.$/, "");
        found.set(name, (found.get(name) ?? new Set()).add(at + 1));
        if (tongue === "en") ours.set(name, at + 1);
      }
    }
  known = new Map([...[...found].filter(([, all]) => all.size === 1).map(([name, all]) => [name, [...all][0]]), ...ours]);
  return known;
}
