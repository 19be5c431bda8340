// Which colleague is asked for behind an @, and whose name answers. No page is needed for it.

export const MOST = 6; // names at a time: all are seen at once, also on a phone above its keys
const LONGEST = 60; // characters behind an @ that may still be a name
// Letters that are one with their stroke or with each other, as tables/reading.py has them; and other small letters.
const ONE = { ß: "ss", ø: "o", ł: "l", đ: "d", ð: "d", ħ: "h", ŧ: "t", æ: "ae", œ: "oe", þ: "th", ŋ: "n", ς: "σ", ı: "i" };
const ONES = new RegExp(`[${Object.keys(ONE).join("")}]`, "gu");
const SIGN = /[\p{L}\p{N}_\u0345]/u; // the last is a small iota to the server

// Without its case and its accents.
export const fold = (said) =>
  said.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "").replace(ONES, (letter) => ONE[letter]).normalize("NFC");

// Each name with the places at which one of its words begins: {name, count, folded, starts}.
export const known = (names) => names.map((one) => {
  const folded = fold(one.name);
  return { ...one, folded, starts: [...folded.matchAll(/(?<![\p{L}\p{N}])[\p{L}\p{N}]/gu)].map(({ index }) => index) };
});

// {begin, end, word}: from the @ to where one writes, and what stands between; null where no name is asked for.
// As the server reads it, an @ behind a letter or a digit is part of an address.
export function asked(text, caret) {
  const before = text.slice(0, caret);
  const begin = before.lastIndexOf("@");
  if (begin < 0) return null;
  const word = before.slice(begin + 1);
  const beside = [...before.slice(Math.max(0, begin - 8), begin).normalize("NFC")].at(-1) ?? "";
  if (SIGN.test(beside) || word.length > LONGEST || /^\s|[\r\n]/.test(word)) return null;
  return { begin, end: caret + (text[caret] === " " ? 1 : 0), word };
}

// Whose name begins so, then those of whom another word does; in the order in which they came.
export function fitting(every, word) {
  const said = fold(word);
  const first = every.filter(({ folded }) => folded.startsWith(said));
  const rest = said ? every.filter(({ folded, starts }) => starts.some((at) => at && folded.startsWith(said, at))) : [];
  return [...new Set([...first, ...rest])];
}
