// The messages to the server: the rows in sight that are not here, names for a picker, Save, and what a person arranged.

const PAUSE = 60; // ms of rest in scrolling before rows are asked for
const LOST = 4000; // ms after which an answer that did not come is asked for again
const COUNTED = 1500;
const ARRANGED = 400;

export class Traffic {
  constructor(app) {
    this.app = app;
    this.waiting = []; // {from, to, then}
    this.asked = 0;
  }

  // Rows in sight that were never sent, with some around them.
  want(first, last) {
    clearTimeout(this.wanting);
    const missing = this.missing(first, last);
    if (missing === undefined) return;
    this.wanting = setTimeout(() => this.window(missing), PAUSE);
  }

  missing(first, last) {
    for (let at = Math.max(0, first); at <= Math.min(last, this.app.model.total - 1); at++)
      if (this.app.model.id(at) === undefined) return at;
    return undefined;
  }

  window(at) {
    const n = this.app.model.data.window;
    const start = Math.max(0, at - Math.floor(n / 4));
    if (this.start === start && Date.now() - this.since < LOST) return;
    this.start = start;
    this.since = Date.now();
    this.app.send.state("want", { start, n });
  }

  // Calls `then` when all rows of a stretch are here, asking for them a window after the other.
  need(from, to, then) {
    const last = Math.min(to, this.app.model.total - 1);
    const missing = this.missing(from, last);
    if (missing === undefined) return then();
    this.waiting.push({ from, to: last, then });
    this.window(missing);
  }

  // New rows are here.
  came(other) {
    this.start = undefined;
    const waiting = other ? [] : this.waiting;
    this.waiting = [];
    for (const { from, to, then } of waiting) this.need(from, to, then);
  }

  save() {
    const edits = this.app.model.edits();
    if (!Object.keys(edits).length) return false;
    this.token = token();
    this.app.send.trigger("save", { token: this.token, edits });
    return true;
  }

  add(rows) {
    this.token = token();
    this.app.send.trigger("add", { token: this.token, rows });
  }

  ask(field, text) {
    this.app.send.trigger("ask", { n: ++this.asked, field, text });
  }

  make(field, text) {
    this.app.send.trigger("make", { n: ++this.asked, field, text });
  }

  find(text, after, back) {
    this.app.send.trigger("find", { n: ++this.asked, text, after, back });
  }

  arrange(layout) {
    clearTimeout(this.arranging);
    this.arranging = setTimeout(() => this.app.send.trigger("layout", layout), ARRANGED);
  }

  count(n) {
    clearTimeout(this.counting);
    this.counting = setTimeout(() => {
      if (n !== this.counted) this.app.send.state("count", n);
      this.counted = n;
    }, COUNTED);
  }

  end() {
    for (const timer of [this.wanting, this.counting]) clearTimeout(timer);
  }
}

// By which the answer to a Save is known; crypto.randomUUID is not there on plain http in an office network.
const token = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
