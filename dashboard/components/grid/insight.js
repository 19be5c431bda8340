// Elements of a long list: those for the places in sight are there, in their order; all others are not.

// `shown` is place -> element; `made(place)` gives a new element, `gone(element)` takes one that left.
export function inSight(shown, list, places, made, gone = () => {}) {
  for (const [at, node] of shown)
    if (!places.has(at)) {
      node.remove();
      shown.delete(at);
      gone(node);
    }
  let after = null;
  for (const at of [...places].sort((a, b) => b - a)) {
    let node = shown.get(at);
    if (!node) list.insertBefore((node = made(at)), after);
    shown.set(at, node);
    after = node;
  }
}

// The places from `first` to `last` and some around them.
export function around(first, last, total, more) {
  const places = new Set();
  for (let at = Math.max(0, first - more); at <= Math.min(total - 1, last + more); at++) places.add(at);
  return places;
}
