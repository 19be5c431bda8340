// Cells as spreadsheets put them on the clipboard: tabs between cells, quotes around those with a tab, a line or a quote.

const quoted = (cell) => (/[\t\r\n"]/.test(cell) ? `"${cell.replace(/"/g, '""')}"` : cell);

export const toTsv = (lines) => lines.map((line) => line.map(quoted).join("\t")).join("\n");

// Lines of cells, each line as long as the longest.
export function fromTsv(text) {
  const lines = [[""]];
  const body = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  let inside = false;
  for (let at = 0; at < body.length; at++) {
    const sign = body[at];
    const line = lines.at(-1);
    if (inside && sign === '"' && body[at + 1] === '"') line[line.length - 1] += body[at++];
    else if (inside && sign === '"') inside = false;
    else if (inside) line[line.length - 1] += sign;
    else if (sign === '"' && line.at(-1) === "" && closes(body, at)) inside = true;
    else if (sign === "\t") line.push("");
    else if (sign === "\n") lines.push([""]);
    else line[line.length - 1] += sign;
  }
  const wide = Math.max(...lines.map((line) => line.length));
  return lines.map((line) => [...line, ...Array(wide - line.length).fill("")]);
}

// Whether the quote at this place has an end before a tab, a new line or the end: a lone one is a sign like any other.
function closes(body, at) {
  const end = /(?:[^"]|"")*"(?=[\t\n]|$)/y;
  end.lastIndex = at + 1;
  return end.test(body);
}
