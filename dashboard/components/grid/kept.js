// Drafts in the tab's own storage: they outlive a rerun, another screen and a reload, and end with the session.

const PREFIX = "foyer.grid:";
const listeners = new Set();
const owner = (place) => place.slice(0, place.lastIndexOf("/") + 1);

// What was kept under `place`; what was kept under another owner in this tab is thrown away. A table that keeps nothing
// has no place, and no owner.
export function recall(place) {
  if (!place) return {};
  for (const key of keys()) if (owner(key) !== owner(PREFIX + place)) sessionStorage.removeItem(key);
  return recallAt(PREFIX + place);
}

function recallAt(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key)) ?? {};
  } catch {
    return {}; // what cannot be read is nothing
  }
}

// Whether it could be kept: a full or closed storage cannot, and the page alone holds it then.
export function keep(place, what) {
  try {
    if (what) sessionStorage.setItem(PREFIX + place, JSON.stringify(what));
    else sessionStorage.removeItem(PREFIX + place);
    return true;
  } catch {
    return false;
  }
}

function keys() {
  try {
    return Object.keys(sessionStorage).filter((key) => key.startsWith(PREFIX));
  } catch {
    return [];
  }
}

// How many edits wait for Save in all lists of this tab.
export function waiting() {
  const drafts = keys().flatMap((key) => recallAt(key).drafts ?? []);
  return drafts.reduce((sum, [, fields]) => sum + Object.keys(fields).length, 0);
}

// At sign-out, a switch of company, a new sign-in: every draft in this browser's tabs.
export function forget() {
  here();
  channel?.postMessage({ forget: null });
}

// A sign-in has ended: all drafts in this tab, and in the others those that were its own.
export function ended(whose) {
  here();
  if (whose) channel?.postMessage({ forget: whose });
}

// In this tab the drafts of this owner are kept, and no others.
export function only(whose) {
  for (const key of keys()) if (owner(key) !== `${PREFIX}${whose}/`) sessionStorage.removeItem(key);
}

// Throws away the drafts of one owner, or all there are.
function here(whose) {
  const those = (key) => !whose || owner(key) === `${PREFIX}${whose}/`;
  for (const key of keys()) if (those(key)) sessionStorage.removeItem(key);
  for (const listener of [...listeners]) listener((place) => those(PREFIX + place));
}

// Calls `listener` when drafts are forgotten, with what tells whether those of a place are; gives back what ends that.
export function onForget(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// A frame and a grid have each its own copy of this file, in one tab too: what one says all others hear.
const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("foyer") : null;
channel?.addEventListener("message", ({ data }) => data && "forget" in data && here(data.forget));
addEventListener("foyer:forget", forget);
