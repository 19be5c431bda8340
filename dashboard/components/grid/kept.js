// Drafts in the tab's own storage: they outlive a rerun, another screen and a reload, and end with the session.

const PREFIX = "foyer.grid:";
const listeners = new Set();
const owner = (place) => place.slice(0, place.lastIndexOf("/") + 1);

// What was kept under `place`; what was kept under another owner in this tab is thrown away.
export function recall(place) {
  for (const key of keys()) if (owner(key) !== owner(PREFIX + place)) sessionStorage.removeItem(key);
  try {
    return JSON.parse(sessionStorage.getItem(PREFIX + place)) ?? {};
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

// At sign-out, a switch of company, the end of a session: every draft in this tab, and told to the other tabs.
export function forget() {
  here();
  channel?.postMessage("forget");
}

function here() {
  for (const key of keys()) sessionStorage.removeItem(key);
  for (const listener of [...listeners]) listener();
}

// Calls `listener` when drafts are forgotten; gives back what ends that.
export function onForget(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

const channel = typeof BroadcastChannel === "function" ? new BroadcastChannel("foyer") : null;
channel?.addEventListener("message", ({ data }) => data === "forget" && here());
addEventListener("foyer:forget", forget);
