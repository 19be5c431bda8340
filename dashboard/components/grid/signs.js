// Signs that nobody sees or that stand for a plain one, made plain; the same as store/signs.py.

const DASHES = /[\u00ad\u058a\u2010-\u2015\u2043\u2212\ufe58\ufe63\uff0d]/g;
const APOSTROPHES = /[\u0060\u00b4\u02b9\u02bc\u2018\u2019\u201b\u2032\uff07]/g;
// Blanks as Python counts them, which are some more than those of \s here, and without the mark of byte order.
const BLANKS = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
// What copying from a page or joining files leaves before and behind a text, and nobody sees; and every blank.
const EDGES = `[\ufeff\u200b\u2060\u00ad${BLANKS.source.slice(1, -1).replace("]", "")}]+`;

// The text in plain signs: no full-width ones, every blank a space, every dash a hyphen, nothing unseen.
export function bare(text) {
  const said = text.replace(DASHES, "-").normalize("NFKC").replace(DASHES, "-").replace(/\p{Cf}/gu, "");
  return said.replace(APOSTROPHES, "'").split(BLANKS).filter(Boolean).join(" ");
}

// The text with the digits of every script as those of ours: the digits of a script stand in a row of ten.
export function digits(text) {
  return text.replace(/\p{Nd}/gu, (sign) => {
    let nought = sign.codePointAt(0);
    if (nought < 128) return sign;
    if (nought >= 0x1d7ce && nought <= 0x1d7ff) return String((nought - 0x1d7ce) % 10);
    const at = nought;
    while (at - nought < 9 && /\p{Nd}/u.test(String.fromCodePoint(nought - 1))) nought--;
    return String(at - nought);
  });
}

// Text as it is kept: trimmed, composed, in one line or many; a sentence for what no screen can hold.
export function clean(raw, lines = false) {
  if (/\p{Cs}/u.test(raw)) return { problem: "holds a broken character; type it again." };
  let said = raw.replace(/\r\n?/g, "\n").normalize("NFC");
  if (!lines) said = said.replace(/[\n\t\v\f\u2028\u2029]+/g, " ");
  if (/[^\P{Cc}\n\t]/u.test(said)) return { problem: "holds a control character; remove it." };
  said = said.replace(new RegExp(`^${EDGES}|${EDGES}$`, "g"), "");
  return { value: /[^\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cc}]/u.test(said) ? said : null };
}
