// The messages to the server: the rows in sight that are not here, names for a picker, Save, and what a person arranged.

const PAUSE = 60; // ms of rest in scrolling before rows are asked for
const LOST = 4000; // ms after which an answer that did not come is asked for again
const COUNTED = 1500;
const ARRANGED = 400;
const MOST_SAVED = 2000; // cells of one Save, as the server has it
const MOST_MADE = 200; // new rows of one

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
      if (this.app.model.id(at) === undefined && !this.app.model.heads.has(at)) return at;
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

  // Sends what waits, as much as the server takes at once; whether there was anything.
  save() {
    this.rest = new Set(this.app.model.waiting().map(({ id, name }) => `${id} ${name}`));
    this.made = new Set();
    return this.more();
  }

  // The next part of a Save: of what was there when it began.
  more() {
    const sent = {};
    let cells = 0;
    for (const [id, fields] of Object.entries(this.app.model.edits()))
      for (const [name, pair] of Object.entries(fields)) {
        if (cells === MOST_SAVED || !this.rest?.delete(`${id} ${name}`)) continue;
        (sent[id] ??= {})[name] = pair;
        cells++;
      }
    if (!cells) return this.begun();
    this.token = token();
    this.app.model.sent = { token: this.token, edits: sent };
    this.app.model.keep();
    this.app.send.trigger("save", { token: this.token, edits: sent });
    return true;
  }

  // New rows that were not sent yet by this Save. What is sent once more in the same words has the same token, so that
  // the server knows it again.
  begun() {
    const { model } = this.app;
    const { ids, rows } = model.made.said(MOST_MADE, this.made);
    if (!ids.length) return false;
    ids.forEach((id) => this.made.add(id));
    const same = model.sent?.token !== model.settled && JSON.stringify(model.sent?.rows) === JSON.stringify(rows) && JSON.stringify(model.sent.ids) === JSON.stringify(ids);
    this.token = same ? model.sent.token : token();
    model.sent = { token: this.token, ids, rows };
    model.keep();
    this.app.send.trigger("add", { token: this.token, rows, each: true });
    return true;
  }

  undo(acts, rest) {
    this.token = token();
    this.app.send.trigger("undo", { token: this.token, acts, rest });
  }

  // One's own last act in this list, in whatever tab it was done.
  step(last) {
    this.token = token();
    this.app.send.trigger("undo", { token: this.token, last });
  }

  // Gives back the token by which the answer is known.
  add(rows) {
    const mine = token();
    this.app.send.trigger("add", { token: mine, rows });
    return mine;
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

  // Whether anything waits, for the page's own guards; a further cell tells the server nothing.
  count(n) {
    clearTimeout(this.counting);
    this.counting = setTimeout(() => {
      if (!!n !== !!this.counted) this.app.send.state("count", n);
      this.counted = n;
    }, COUNTED);
  }

  end() {
    for (const timer of [this.wanting, this.counting]) clearTimeout(timer);
  }
}

// By which the answer to a Save is known; crypto.randomUUID is not there on plain http in an office network.
const token = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join("");
