// What a cell of each kind shows, and what a text typed or pasted into it means: {value}, or {problem} in a sentence.
// The readings are those of store/values.py; a text that cannot be read stays as it was typed.
import { exact, grouped, money, whole } from "./amounts.js";
import { clock, day, moment, words } from "./days.js";
import { bare, clean, digits } from "./signs.js";

export const empty = (value) =>
  value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);

export const same = (one, other) => (empty(one) && empty(other)) || JSON.stringify(one) === JSON.stringify(other);

const YES = "yes true 1 y on x ✓ ja wahr oui vrai sí si verdadero sì vero sim verdadeiro tak prawda да".split(" ");
const NO = "no false 0 n off nein falsch non faux falso não nee onwaar nie fałsz нет".split(" ");
const spelled = (said) => bare(said).toLowerCase();
const coded = (said) => bare(said).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "_").replace(/^_|_$/g, "");
const called = (said) => bare(said).toLowerCase();

function shownValue(field, value, names, locale) {
  switch (field.kind) {
    case "choice":
      return field.options?.find(([one]) => one === value)?.[1] ?? String(value);
    case "member":
    case "link":
      return typeof value === "number" ? (names[field.name]?.[value] ?? `#${value}`) : String(value);
    case "money":
      return grouped(String(value), locale.decimal);
    case "number":
    case "decimal":
    case "whole":
      return grouped(String(value), locale.decimal);
    case "tick":
      return value ? "Yes" : "No";
    case "tags":
      return value.map((tag) => (/^\s|\s$|^"/.test(tag) ? `"${tag.replace(/"/g, '""')}"` : tag)).join(", ");
    case "day":
      return words(value, locale.day);
    case "moment":
      return clock(value, locale);
    default:
      return String(value);
  }
}

// The text of a value; what it is read from again is the same value.
export const shown = (field, value, names, locale) => (empty(value) ? "" : shownValue(field, value, names, locale));

const EMAIL = /^[^@\s,;<>"]+@[^@\s,;<>"]+\.[^@\s,;<>".]+$/u;
const SCHEME =
  /^(?:(?:tel|telephone|téléphone|telefon|phone|ph|fon|mob|mobil|mobile|cell|callto|sms|mailto|e-?mail)(?:\.? ?: ?|\. )|[ptm] ?: )(?:\/\/)?/i;
const EXTENSION = /[,;]? ?(?:extension|extn|ext|ex|x|durchwahl|dw|poste|int)[.:=]? ?(\d{1,8})$/i;

function email(text) {
  let said = bare(text);
  said = /^[^<>]*<([^<>]*)>$/.exec(said)?.[1].trim() ?? said;
  if (SCHEME.test(said)) said = said.replace(SCHEME, "").split("?")[0];
  said = said.replace(/^[ '"<>]+|[ '"<>]+$/g, "").replace(/[.,;]+$/, "");
  if (EMAIL.test(said)) return { value: said.toLowerCase().normalize("NFC") };
  const more = said.split("@").length > 2 ? "write one address" : "write it";
  return { problem: `that is not an e-mail address; ${more} like name@example.com.` };
}

function phone(text, most) {
  const said = digits(bare(text).replace(SCHEME, ""));
  const extension = EXTENSION.exec(said);
  const number = extension ? said.slice(0, extension.index) : said;
  if (!/^[0-9+()./\-\s#*xX,]*$/.test(number) || !/\d/.test(number))
    return { problem: "that is not a telephone number; use digits, spaces and + ( ) - . /." };
  if (!most || said.length <= most) return { value: said };
  const short = number.replace(/\(0\)|[\s./\-()]/g, (one) => (one === "(0)" ? one : "")) + (extension ? ` x${extension[1]}` : "");
  if (short.length <= most) return { value: short };
  return { problem: `is ${said.length.toLocaleString("en")} characters long; at most ${most.toLocaleString("en")} fit. Write one number.` };
}

function url(text) {
  let said = bare(text);
  if (!said.includes("://") && !/^[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d)/.test(said)) said = `https://${said}`;
  if (/^https?:\/\/[^\s/?#]*[\p{L}\p{N}]\S*$/iu.test(said)) return { value: said };
  return { problem: "only web addresses that begin with http:// or https:// can be kept." };
}

// A list as programs write it, in brackets.
function bracketed(text) {
  if (!/^\[[^]*\]$/.test(text)) return null;
  try {
    const found = JSON.parse(text);
    return found.every((part) => typeof part === "string") ? found : null;
  } catch {
    return null;
  }
}

function tags(text) {
  const parts = [...text.matchAll(/[^\S\ufeff]*(?:"((?:[^"]|"")*)"[^\S\ufeff]*(?=[,;]|$)|([^,;]*))(?:[,;]|$)/g)];
  const listed = bracketed(text) ?? parts.map(([, quoted, plain]) => quoted?.replace(/""/g, '"') ?? plain ?? "");
  const found = listed.map((part) => clean(part).value).filter(Boolean);
  if (found.length > 50 || found.some((tag) => [...tag].length > 50 || /[,;]/.test(tag)))
    return { problem: "at most 50 tags of 50 characters each, without commas or semicolons." };
  return { value: [...new Set(found)] };
}

function choice(field, text) {
  for (const way of [spelled, coded]) {
    const found = field.options.filter(([value, label]) => [way(value), way(label)].includes(way(text)));
    if (found.length === 1) return { value: found[0][0] };
    if (found.length > 1) return { problem: `that may be ${found.map(([, label]) => label).join(" or ")}; write it as it stands here.` };
  }
  return { problem: `choose one of ${field.options.map(([, label]) => label).join(", ")}.` };
}

// A linked record that the browser does not know goes to the server by its name.
function named(field, text, names) {
  const all = field.options ? field.options.map(([id, name]) => [id, name]) : Object.entries(names[field.name] ?? {});
  const found = all.filter(([, name]) => called(name) === called(text));
  if (found.length === 1) return { value: Number(found[0][0]) };
  if (found.length > 1) return { problem: `${found.length} are called “${text}”; choose one from the list.` };
  return field.kind === "link" && field.ask ? { value: text } : { problem: `nobody and nothing here is called “${text}”; choose one from the list.` };
}

function tick(text) {
  const said = text.toLowerCase();
  if (YES.includes(said)) return { value: true };
  return !said || NO.includes(said) ? { value: false } : { problem: "say yes or no." };
}

function meant(field, text, names, locale) {
  switch (field.kind) {
    case "choice": return choice(field, text);
    case "member":
    case "link": return named(field, text, names);
    case "money": return money(text, locale);
    case "whole": return whole(text, locale, field.low ?? 0, field.high ?? undefined);
    case "decimal": return exact(text, locale);
    case "number": return decimal(text, locale);
    case "day": return day(text, locale);
    case "moment": return moment(text, locale);
    case "tags": return tags(text);
    case "email": return email(text);
    case "phone": return phone(text, field.most);
    case "url": return url(text);
    default: return { value: text };
  }
}

function decimal(text, locale) {
  const found = money(text.replace(/^\s*-/, ""), { ...locale, currency: null, signs: [] });
  return found.problem ? found : { value: Number(found.value) * (/^\s*-/.test(text) ? -1 : 1) };
}

// What the text means in the field, {value} or {problem: a sentence that begins with the field's name}.
export function read(field, text, names, locale) {
  const said = clean(field.kind === "tags" ? text.replace(/[\r\n]+/g, ",") : text, field.kind === "long");
  if (field.kind === "tick" && !said.problem) return about(field, tick(said.value ?? ""));
  if (said.problem) return about(field, said);
  if (said.value === null && field.required) return { problem: `${field.label} is needed; fill it in.` };
  if (said.value === null) return { value: field.kind === "tags" ? [] : null };
  const found = meant(field, said.value, names, locale);
  const long = typeof found.value === "string" && field.most ? [...found.value].length : 0;
  if (long > (field.most ?? 0))
    return about(field, { problem: `is ${long.toLocaleString("en")} characters long; at most ${field.most.toLocaleString("en")} fit.` });
  return about(field, found);
}

const about = (field, found) => (found.problem ? { problem: `${field.label}: ${found.problem}` } : found);
