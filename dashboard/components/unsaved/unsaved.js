// While edits of a grid wait in this tab, the browser asks before it closes or loads anew; who goes to another screen is told.
import { waiting } from "../grid/kept.js";

const ask = (event) => waiting() && event.preventDefault();
let screen;
let told = 0;

export default function ({ data, setTriggerValue }) {
  addEventListener("beforeunload", ask); // the same listener twice is one
  const count = waiting();
  const left = screen !== undefined && screen !== data.screen;
  if (left && count && count !== told) setTriggerValue("left", count);
  told = left || !count ? count : told;
  screen = data.screen;
}
