// Every text and placeholder on the page with less contrast to what lies behind it than `least`, with its contrast.
(least) => {
  const parse = (said) => {
    const parts = said.match(/^rgba?\(([^)]+)\)$/)?.[1].split(/[ ,/]+/).map(Number)
      ?? said.match(/^color\(srgb ([^)]+)\)$/)?.[1].split(/[ ,/]+/).map((n, i) => Number(n) * (i < 3 ? 255 : 1));
    return parts && { rgb: parts.slice(0, 3), a: parts[3] ?? 1 };
  };
  const over = (top, a, below) => top.map((c, i) => c * a + below[i] * (1 - a));
  const light = (rgb) => [0.2126, 0.7152, 0.0722].reduce((sum, w, i) => {
    const c = rgb[i] / 255;
    return sum + w * (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  }, 0);
  const up = (one) => one.parentElement ?? one.getRootNode().host ?? null;
  const ways = (one) => one ? [one, ...ways(up(one))] : [];
  const faint = new Map();
  const look = (one, said, style) => {
    const box = one.getBoundingClientRect(), around = ways(one);
    if (box.width < 2 || box.height < 2) return;
    if (!one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return;
    const off = (it) => it.disabled || it.ariaDisabled === "true" || it.matches("[data-stale=true], canvas *");
    if (around.some(off)) return;
    let ground = [255, 255, 255], front = 1;
    for (const it of [...around].reverse()) {
      const css = getComputedStyle(it), back = parse(css.backgroundColor);
      if (css.backgroundImage !== "none" && css.backgroundImage.includes("url")) return;
      front *= Number(css.opacity);
      if (back) ground = over(back.rgb, back.a * front, ground);
    }
    const ink = parse(style.color);
    if (!ink) return;
    const pair = [light(over(ink.rgb, ink.a * front, ground)), light(ground)].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : least)) faint.set(`faint ${ratio.toFixed(2)}: ${said.trim().slice(0, 60)}`, true);
  };
  const walk = (root) => {
    for (const one of root.querySelectorAll("*")) {
      if (one.shadowRoot) walk(one.shadowRoot);
      const said = [...one.childNodes].filter((it) => it.nodeType === 3).map((it) => it.data).join("");
      if (said.trim() && !one.matches("script, style, noscript, svg *, title, option")) look(one, said, getComputedStyle(one));
      if (one.placeholder && !one.value) look(one, one.placeholder, getComputedStyle(one, "::placeholder"));
    }
  };
  walk(document.body);
  return [...faint.keys()];
}
