// Making elements. People's text goes in as text alone: nothing here reads HTML.

export function el(tag, cls, text) {
  const node = document.createElement(tag);
  if (cls) node.className = cls;
  if (text !== undefined) node.textContent = text;
  return node;
}

// A sign of the icon font that Streamlit brings; readers hear the words beside it instead.
export function icon(name, cls = "icon") {
  const node = el("span", cls, name);
  node.setAttribute("aria-hidden", "true");
  node.translate = false;
  return node;
}
