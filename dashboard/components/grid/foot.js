// The line at the bottom that stays in sight: what is counted or added up under each column, over all rows of the filter.

const CALLED = { count: "How many are filled", empty: "How many are empty", unique: "How many are different", sum: "Sum", average: "Average" };

// Draws it into a row of cells; whether there is anything to show.
export function drawFoot(row, columns, told, cells) {
  const any = columns.some((name) => told?.[name]);
  row.parentElement.hidden = !any;
  if (!any) return false;
  if (row.children.length !== cells.length) row.replaceChildren(...cells);
  const before = cells.length - columns.length;
  columns.forEach((name, col) => {
    const cell = row.children[before + col];
    const words = told[name] ?? "";
    if (cell.textContent === words) return;
    cell.textContent = words;
    cell.title = words.replace("Σ", "Sum").replace("Ø", "Average");
    cell.setAttribute("aria-label", cell.title); // a sign is short for eyes, and nothing to hear
  });
  return true;
}

// The items of a column's menu that choose it.
export const footItems = (field, layout, arrange) =>
  (field.measures ?? []).map((measure) => {
    const on = layout.foot?.[field.name] === measure;
    const { [field.name]: _old, ...foot } = layout.foot ?? {};
    return { words: `Below: ${CALLED[measure]}`, checked: on, act: arrange({ ...layout, foot: on ? foot : { ...foot, [field.name]: measure } }) };
  });
