// What is done with whole records of the list: one is opened, walked on from, or acted upon, alone or with others.
import { visit } from "../visit.js";
import { Choosing } from "./choosing.js";
import { fresh } from "./made.js";
import { open as menu } from "./menus.js";

const REPLACE = "replace"; // the act, as the server calls it
const MOST_TICKED = 500; // rows that may be ticked one by one, as the server has it

export class Acting extends Choosing {
  // Beside the list, or on its own page.
  open(at, page = false) {
    clearTimeout(this.walking);
    const id = this.model.id(at);
    if (this.model.data.plain) return void this.lead(id);
    if (id !== undefined && !fresh(id)) this.send.trigger(page ? "visited" : "opened", id);
  }

  // A line of words leads where it says, and the browser knows the way.
  lead(id) {
    const address = this.model.data.opens?.[id];
    if (address) visit(address);
  }

  // From the record beside the list to the one before or after it, as they stand here.
  walk(by) {
    const { model } = this;
    const from = model.at(model.data.open) ?? this.range.active?.at ?? -1;
    const to = (at) => {
      if (at < 0 || at >= model.total) return this.say(by > 0 ? "This is the last record of the list." : "This is the first record of the list.");
      return this.traffic.need(at, at, () => {
        if (model.id(at) === undefined) return to(at + by); // the head of a group
        this.select(at, this.range.active?.col ?? 0, false, true);
        this.open(at);
      });
    };
    to(from + by);
  }

  // A button in a row: it does its act, or offers a menu of several.
  press({ id, field, value }, node) {
    const acts = (field.does?.[value] ?? []).map((name) => this.model.data.acts.find((one) => one.name === name)).filter(Boolean);
    if (acts.length === 1) return this.act(acts[0].name, { ids: [id] });
    const { left, bottom } = node.getBoundingClientRect();
    return acts.length ? menu(this, left, bottom, acts.map(({ name, label }) => ({ words: label, act: () => this.act(name, { ids: [id] }) }))) : undefined;
  }

  // What can be done with one row: what stands on its buttons, and what no button stands for.
  acts(id) {
    if (fresh(id)) return [];
    const cells = this.model.fields.filter(({ kind }) => kind === "act").map(({ name }) => this.model.cell(id, name)).filter(Boolean);
    const [some, shown] = [new Set(), new Set()];
    for (const { field, value } of cells) {
      Object.values(field.does ?? {}).flat().forEach((name) => some.add(name));
      (field.does?.[value] ?? []).forEach((name) => shown.add(name));
    }
    return (this.model.data.acts ?? []).filter(({ name, one }) => one !== false && (shown.has(name) || !some.has(name)));
  }

  act(act, whom) {
    const { settled } = this.model.data.acts?.find(({ name }) => name === act) ?? {};
    const waits = whom.all ? this.model.drafts.size : whom.ids.some((id) => this.model.drafts.has(id));
    if (settled && waits) return this.say("Save or discard what you changed in these rows first.");
    if (whom.ids?.length > MOST_TICKED) return this.say(`At most ${MOST_TICKED} rows can be ticked one by one; tick all that match, or fewer.`);
    const said = JSON.stringify([act, whom]);
    if (said === this.acting) return; // the second click of two
    this.acting = said;
    this.send.trigger("acted", { act, ...whom });
    if (whom.all) this.ticks.clear(); // what matches afterwards was never ticked
  }

  // Whether this person may replace a text in rows of this list.
  replaces() {
    return !!this.model.data.acts?.some(({ name }) => name === REPLACE);
  }

  // A text in the rows that are ticked, or in all of the list; what the find bar looks for comes along.
  replace() {
    if (!this.replaces()) return this.say("In this list you cannot replace texts.");
    if (!this.model.count) return this.say("There is no row to look through.");
    const text = this.find.box.hidden ? "" : this.find.input.value;
    return this.act(REPLACE, { ...(this.ticks.count() ? this.ticks.said() : this.ticks.list()), text });
  }

  duplicate() {
    const id = this.model.id(this.range.active.at);
    const may = this.model.data.acts?.some(({ name }) => name === "duplicate");
    if (id !== undefined && !fresh(id) && may) this.act("duplicate", { ids: [id] });
  }
}
