// Escape, a click beside a dialog and its cross ask first, once something in it is not as it was when it opened.

const FIELDS = ["TextInput", "TextArea", "NumberInput", "Selectbox", "MultiSelect", "DateInput", "DateTimeInput",
  "TimeInput", "Checkbox", "Radio", "ButtonGroup", "FileUploader"].map((name) => `[data-testid=st${name}]`).join(",");
const TYPED = ["stTextInput", "stTextArea", "stNumberInput"];

function fields(modal) {
  const found = new Map();
  for (const one of modal.querySelectorAll(FIELDS)) {
    const label = one.querySelector("label, [data-testid=stWidgetLabel]")?.textContent ?? "";
    const name = `${one.dataset.testid} ${label} ${[...found.keys()].filter((key) => key.includes(label)).length}`;
    const typed = [...one.querySelectorAll("input, textarea")].map((it) => it.type === "checkbox" || it.type === "radio"
      ? it.checked : it.value).join("|");
    found.set(name, TYPED.includes(one.dataset.testid) ? typed : `${typed} ${one.textContent}`);
  }
  return found;
}

// dialog -> its fields as they first were, and whether somebody had typed by then (noted by the listener of the
// keyboard, which is there earlier); a rerun of the script is no new beginning
const kept = new WeakMap();

export default function ({ parentElement }) {
  const root = parentElement.getRootNode();
  const inside = root.host ?? parentElement;
  const modal = inside.closest("[role=dialog]");
  if (!modal) return;
  const question = parentElement.querySelector("dialog") ?? ask(parentElement);
  const close = () => modal.querySelector("button[aria-label=Close]");
  if (!kept.has(modal)) kept.set(modal, { first: fields(modal), typed: window.foyerTyped?.has(modal) });
  const { first, typed } = kept.get(modal);
  let leaving = false;

  function ask(parent) {
    const made = document.createElement("dialog");
    made.setAttribute("aria-label", "Not saved yet");
    made.innerHTML = `<p>What you typed here is not saved yet.</p>
      <form method="dialog"><button value="stay" autofocus>Go on writing</button>
      <button value="leave">Throw it away</button></form>`;
    parent.append(made);
    return made;
  }

  // What comes up later, as in a box that was folded, is as it was when it was first seen.
  const see = () => { for (const [name, value] of fields(modal)) if (!first.has(name)) first.set(name, value); };
  const changed = () => typed || [...fields(modal)].some(([name, value]) => first.has(name) && first.get(name) !== value);
  const open = () => [...document.querySelectorAll("[role=listbox], [role=menu], [data-testid=stDateInputPopover]")]
    .some((one) => !one.closest("[aria-hidden=true]") && one.checkVisibility())
    || document.activeElement?.ariaExpanded === "true";
  const beside = (target) => target.closest?.("[data-testid=stDialog]") && !modal.contains(target);
  const cross = (target) => close()?.contains(target);

  // A selection that is searched in lets Escape through to the dialog; it is to shut its list and nothing else.
  const searched = new WeakSet();
  const search = ({ target }) => { if (target.matches?.("input[role=combobox]")) searched.add(target); };
  function shut(event) {
    const box = document.activeElement;
    if (event.key !== "Escape" || !searched.has(box) || !modal.contains(box) || !open()) return false;
    event.preventDefault();
    event.stopImmediatePropagation();
    searched.delete(box);
    box.blur();
    box.focus({ preventScroll: true });
    return true;
  }

  function held(event) {
    if (leaving || !modal.isConnected) return;
    if (event.type === "keydown" && !question.open && shut(event)) return;
    if (question.open) {
      if (event.type === "keydown" && event.key === "Escape") event.stopPropagation();
      return;
    }
    const leaves = event.type === "keydown"
      ? event.key === "Escape" && !event.defaultPrevented && !open()
      : beside(event.target) || cross(event.target);
    if (!leaves || !changed()) { if (!leaves) see(); return; }
    event.preventDefault();
    event.stopImmediatePropagation();
    if (event.type === "keydown" || event.type === "click") question.showModal();
  }

  function answered() {
    if (question.returnValue !== "leave") return;
    leaving = true;
    close()?.click();
  }

  const kinds = ["keydown", "keyup", "pointerdown", "pointerup", "mousedown", "mouseup", "click"];
  for (const kind of kinds) window.addEventListener(kind, held, true);
  window.addEventListener("input", search, true);
  question.addEventListener("close", answered);
  question.addEventListener("cancel", (event) => event.stopPropagation());
  return () => {
    for (const kind of kinds) window.removeEventListener(kind, held, true);
    window.removeEventListener("input", search, true);
    question.removeEventListener("close", answered);
  };
}
