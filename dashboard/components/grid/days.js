// Days and moments as people write them: 24.6.2026, 3/14/2026, 14 Mar, fri, +7; as store/days.py, and near days by word.
import { bare, digits } from "./signs.js";
import { months } from "./months.js";

const NONE = "that is not a date; write it like 2026-03-12.";
const NUMERIC = /^(\d{1,4}) ?([-/.]) ?(\d{1,2}) ?\2 ?(\d{1,4})(?!\d)\.?/;
const EASTERN = /^(\d{4})[年년] ?(\d{1,2})[月월] ?(\d{1,2})[日일]/;
const CLOSE = /^(\d{4})(\d\d)(\d\d)(?=T|$)/i; // as programs write it, and the same of a time
const CLOSE_TIME = /^(T\d\d)(\d\d)(?:(\d\d)(?:[.,]\d+)?)?(?![\d:.h])/i;
const BY_WEEK = /^(\d{4})-?W(\d\d)(?:-?([1-7]))?(?=T|$)/i; // a week alone is its Monday
const WORD = "[\\p{L}\\p{M}]+"; // the letters of a name
const NAMED = [
  `(?<d>\\d{1,2})(?:st|nd|rd|th|º|er)?\\.?[-/ ]?(?:de |of )?(?<m>${WORD})\\.?,?` +
    `(?:[-/ ](?:de )?(?<y>\\d{4}|\\d{2})(?![\\d:.h]))?`,
  `(?<m>${WORD})\\.?[-/ ](?<d>\\d{1,2})(?:st|nd|rd|th)?(?![\\d:.h])(?:,? ?(?<y>\\d{4})(?!\\d))?`,
  `(?<y>\\d{4})[-/. ](?<m>${WORD})\\.?[-/ ](?<d>\\d{1,2})(?!\\d)`,
].map((pattern) => new RegExp(pattern, "uy"));
const TIME = new RegExp(
  "^(?:[Tt]|,? ?(?:(?:um|at|à|kl\\.?) )?)(?<h>\\d{1,2})(?:[:.h](?<min>\\d{2})(?:[:.](?<s>\\d{2})(?:[.,]\\d+)?)?)?" +
    "(?: ?(?<half>[ap])\\.? ?m\\.?)? ?(?<zone>Z|UTC|GMT|[+-]\\d{2}(?::?\\d{2})?)?(?: ?(?:Uhr|h))?$",
  "i",
);
const WEEK = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const NEAR = { today: 0, yesterday: -1, tomorrow: 1 };

const made = (year, month, day) => {
  const iso = `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`;
  const at = new Date(`${iso}T00:00:00Z`);
  return +year > 0 && !isNaN(at) && at.toISOString().slice(0, 10) === iso ? iso : null;
};
const long = (year) => (year.length === 4 ? +year : +year + (+year <= 68 ? 2000 : 1900));
export const later = (iso, days) => {
  const at = new Date(`${iso}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
};

// A day said from today on: +7, -3, fri, friday (the next of that name, never today), 24.6.
function near(said, today) {
  if (/^[+-]\d{1,4}$/.test(said)) return later(today, Number(said));
  const short = /^(\d{1,2})\. ?(\d{1,2})\.$/.exec(said); // of this year
  if (short) return made(today.slice(0, 4), short[2], short[1]);
  const word = said.toLowerCase().replace(/\.$/, "");
  const day = word.length < 3 ? -1 : WEEK.findIndex((name) => name === word || (word.length <= 5 && name.startsWith(word)));
  if (day < 0) return null;
  return later(today, (day - new Date(`${today}T00:00:00Z`).getUTCDay() + 6) % 7 + 1);
}

function numeric([, first, sign, second, third]) {
  if (first.length === 4) return { day: made(first, second, third) };
  const orders = [];
  const short = third.length === 2 || third.length === 4;
  if (sign === "-" && first.length === 2 && third.length === 2) orders.push(made(long(first), second, third));
  if (first.length <= 2 && short) orders.push(made(long(third), second, first), made(long(third), first, second));
  const possible = [...new Set(orders.filter(Boolean))].sort();
  if (possible.length > 1 && sign === ".") return { day: made(long(third), second, first) };
  if (possible.length > 1) {
    const shown = possible.map((iso) => words(iso, "D MMMM YYYY")).join(" or ");
    return { problem: `that may be ${shown}; write it like ${possible[0]}.` };
  }
  return { day: possible[0] ?? null };
}

// The day of a week of a year, of which the first is the one with the fourth of January.
function ofWeek(year, week, day) {
  const monday = (of) => {
    const fourth = made(of, 1, 4);
    return fourth && later(fourth, -((new Date(`${fourth}T00:00:00Z`).getUTCDay() + 6) % 7));
  };
  const found = monday(year) && later(monday(year), (week - 1) * 7);
  return found && week > 0 && found < (monday(year + 1) ?? "") ? later(found, day - 1) : null;
}

// The days that the text may begin with, and what follows each: [[day, rest]], or {problem}.
function beginnings(said, today) {
  const bynumber = NUMERIC.exec(said);
  if (bynumber) {
    const { day, problem } = numeric(bynumber);
    return problem ? { problem } : day ? [[day, said.slice(bynumber[0].length)]] : [];
  }
  const found = [];
  const close = CLOSE.exec(said);
  const week = BY_WEEK.exec(said);
  const early = close ? made(close[1], close[2], close[3]) : week && ofWeek(+week[1], +week[2], +(week[3] ?? 1));
  if (early) found.push([early, said.slice((close ?? week)[0].length)]);
  const eastern = EASTERN.exec(said);
  const day = eastern && made(eastern[1], eastern[2], eastern[3]);
  if (day) found.push([day, said.slice(eastern[0].length)]);
  const word = new RegExp(`^${WORD}`, "u").exec(said)?.[0];
  if (word && Object.hasOwn(NEAR, word.toLowerCase())) found.push([later(today, NEAR[word.toLowerCase()]), said.slice(word.length)]);
  const weekday = new RegExp(`^${WORD}\\.?,? `, "u").exec(said);
  for (const start of weekday ? [0, weekday[0].length] : [0])
    for (const pattern of NAMED) {
      pattern.lastIndex = start;
      const { m, y, d } = pattern.exec(said)?.groups ?? {};
      const month = m && months().get(m.toLowerCase());
      const one = month && made(y ? long(y) : +today.slice(0, 4), month, d);
      if (one) found.push([one, said.slice(pattern.lastIndex)]);
    }
  return found;
}

function divided(text, today) {
  const said = digits(bare(text));
  const soon = near(said, today);
  if (soon) return { day: soon };
  const found = beginnings(said, today);
  if (found.problem) return found;
  for (const [day, tail] of found) {
    const rest = tail.replace(CLOSE_TIME, (_, ...parts) => parts.slice(0, 3).filter(Boolean).join(":"));
    if (!rest) return { day };
    const time = TIME.exec(rest)?.groups;
    if (time && (time.min || time.half)) return { day, time };
  }
  return { problem: NONE };
}

const inside = (day) => (day >= "1900-01-01" && day <= "2200-12-31" ? null : "the year must lie between 1900 and 2200.");

export function day(text, { today }) {
  const found = divided(text, today);
  if (found.problem) return found;
  return inside(found.day) ? { problem: inside(found.day) } : { value: found.day };
}

// What the clocks of a zone are ahead of UTC at a moment, in milliseconds.
function ahead(at, zone) {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts.map((p) => [p.type, +p.value]));
  return Date.UTC(year, month - 1, day, hour, minute, second) - at;
}

export function moment(text, { today, zone }) {
  const found = divided(text, today);
  if (found.problem || inside(found.day)) return { problem: found.problem ?? inside(found.day) };
  const { h = "0", min = "0", s = "0", half, zone: named } = found.time ?? {};
  if (half && (+h < 1 || +h > 12)) return { problem: "an hour with AM or PM lies between 1 and 12." };
  const hour = half ? (+h % 12) + (/p/i.test(half) ? 12 : 0) : +h;
  if (hour > 23 || +min > 59 || +s > 59) return { problem: "there is no such time." };
  const [year, month, day] = found.day.split("-").map(Number);
  const clock = Date.UTC(year, month - 1, day, hour, +min, +s);
  const east = /^([+-])(\d\d):?(\d\d)?$/.exec(named ?? "");
  if (east && (+east[2] > 23 || +(east[3] ?? 0) > 59)) return { problem: "there is no such time zone." };
  const off = east ? (east[1] === "-" ? -1 : 1) * (+east[2] * 60 + +(east[3] ?? 0)) * 60000 : 0;
  // In the hour that a zone's clocks show twice the first is meant; one that they leave out is read as before it.
  const offs = [clock - 86400000, clock + 86400000].map((near) => ahead(near, zone));
  const at = named ? clock - off : clock - (offs.find((one) => ahead(clock - one, zone) === one) ?? offs[0]);
  return { value: new Date(at).toISOString().replace(/\.\d+Z$/, "Z") };
}

const name = (iso, month) => new Intl.DateTimeFormat("en", { month, timeZone: "UTC" }).format(new Date(`${iso}T00:00Z`));

// A day in a format of D, DD, M, MM, MMM, MMMM, YY, YYYY.
export function words(iso, format) {
  const [y, m, d] = iso.split("-");
  const parts = { YYYY: y, YY: y.slice(2), MMMM: () => name(iso, "long"), MMM: () => name(iso, "short"), MM: m, M: String(+m), DD: d, D: String(+d) };
  return format.replace(/YYYY|YY|MMMM|MMM|MM|M|DD|D/g, (part) => (typeof parts[part] === "string" ? parts[part] : parts[part]()));
}

export function clock(utc, { zone, day: format }) {
  const at = new Date(utc);
  const here = new Date(+at + ahead(Math.floor(+at / 1000) * 1000, zone)).toISOString();
  return `${words(here.slice(0, 10), format)}, ${here.slice(11, 16)}`;
}
