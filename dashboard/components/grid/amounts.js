// Numbers and amounts as people and programs write them: 1,234.50 and 1.234,50 €, 12 %; the same as store/amounts.py.
// An amount stays a text of digits, so that no cent is lost on the way.
import { bare, digits } from "./signs.js";

const NONE = "that is not a number; write it like 1234.50.";
const MOST = 999999999999999n; // cents
// Decimal sign -> a number with it: plain digits, groups of three with one sign between them, or Indian ones.
const WRITTEN = {
  ".": /^(\d+|[1-9]\d{0,2}([,' ])\d{3}(?:\2\d{3})*|[1-9]\d?(?:,\d{2})+,\d{3})?(?:\.(\d*))?$/,
  ",": /^(\d+|[1-9]\d{0,2}([.' ])\d{3}(?:\2\d{3})*)?(?:,(\d*))?$/,
};

function reading(body, sign) {
  const found = WRITTEN[sign].exec(body);
  if (!found || !(found[1] || found[3])) return null;
  const whole = (found[1] ?? "0").replace(/\D/g, "").replace(/^0+(?=\d)/, "");
  return { whole, part: found[3] ?? "", plain: `${whole}.${(found[3] ?? "").replace(/0+$/, "")}` };
}

// {whole, part: digits, minus, signs: [beside it], twofold}, or {problem}; `decimal` decides what has two readings.
export function number(text, decimal = ".") {
  const said = digits(bare(text)).replace(/\u066b/g, ".").replace(/\u066c/g, "'").replace(/\u066a/g, "%").replace(/[.,]-{1,2}$/, "");
  const body = /\d(?:[\d.,' ]*[\d.,])?|[.,]\d+/.exec(said);
  if (!body) return { problem: NONE };
  const beside = [said.slice(0, body.index), said.slice(body.index + body[0].length)];
  const marks = beside.join("").replace(/[^-+()]/g, "");
  if (!["", "-", "+", "()"].includes(marks)) return { problem: NONE };
  const ways = text.includes("\u066b") ? ["."] : [decimal, decimal === "." ? "," : "."]; // of that sign there is one reading
  const found = ways.map((sign) => reading(body[0], sign)).filter(Boolean);
  if (!found.length) return { problem: NONE };
  const signs = beside.map((one) => one.replace(/[-+()]/g, "").trim()).filter(Boolean);
  const twofold = found.length === 2 && found[0].plain !== found[1].plain;
  return { ...found[0], minus: "-()".includes(marks) && marks !== "", signs, twofold };
}

// The signs beside an amount that may stand for the company's currency, in lower case.
export function ownSigns({ currency, signs }) {
  if (signs) return signs;
  if (!currency) return [];
  const shown = ["narrowSymbol", "symbol", "name"].map((currencyDisplay) =>
    new Intl.NumberFormat("en", { style: "currency", currency, currencyDisplay })
      .formatToParts(2)
      .find((part) => part.type === "currency").value,
  );
  return [currency, ...shown].map((sign) => sign.toLowerCase());
}

export function money(text, locale) {
  const found = number(text, locale.decimal);
  if (found.problem) return found;
  if (found.signs.join() === "%") return { problem: "an amount is needed, not a percentage." };
  const own = ownSigns(locale);
  for (const sign of found.signs)
    if (!own.includes(sign.toLowerCase().replace(/^[. ]+|[. ]+$/g, "")))
      return { problem: `“${sign.slice(0, 20)}” beside it is not the sign of ${locale.currency ?? "this currency"}; write it like 1234.50.` };
  const cents = BigInt(found.whole + found.part.slice(0, 2).padEnd(2, "0"));
  const over = /[1-9]/.test(found.part.slice(2));
  if (found.minus && (cents || over)) return { problem: "an amount cannot be below zero." };
  if (cents > MOST || (cents === MOST && over)) return { problem: "at most 9,999,999,999,999.99 fits." };
  if (over || (found.twofold && found.part.length > 2))
    return { problem: "an amount has at most two places behind the point." };
  return { value: `${cents / 100n}.${String(cents % 100n).padStart(2, "0")}` };
}

export function whole(text, locale, low = 0, high = 2147483647) {
  const found = number(text, locale.decimal);
  if (found.problem) return found;
  if (found.signs.length && !(found.signs.join() === "%" && high === 100))
    return { problem: "a whole number is needed, with no sign beside it." };
  const value = Number(`${found.minus ? "-" : ""}${found.plain}`);
  if (!Number.isInteger(value) || value < low || value > high)
    return { problem: `a whole number from ${low.toLocaleString("en")} to ${high.toLocaleString("en")} is needed.` };
  if (found.twofold && found.part.length) return { problem: "write a whole number without a point." };
  return { value: value + 0 };
}

// A number of up to six places, as the server writes it: no zeros that say nothing, and never -0.
export function exact(text, locale) {
  const found = number(text, locale.decimal);
  if (found.problem) return found;
  if (found.signs.length && found.signs.join() !== "%")
    return { problem: "a number is needed, with no sign of a currency beside it." };
  const part = found.part.replace(/0+$/, "");
  if (part.length > 6) return { problem: "a number has at most 6 places behind the point." };
  if (found.whole.length > 9) return { problem: "a number from -999,999,999.999999 to 999,999,999.999999 is needed." };
  const plain = part ? `${found.whole}.${part}` : found.whole;
  return { value: found.minus && plain !== "0" ? `-${plain}` : plain };
}

// 1234567.5 -> 1,234,567.50 with the decimal sign of the person.
export function grouped(plain, decimal) {
  const [whole, part] = plain.split(".");
  const lines = whole.replace(/\B(?=(\d{3})+(?!\d))/g, decimal === "," ? "." : ",");
  return part === undefined ? lines : `${lines}${decimal === "," ? "," : "."}${part}`;
}
