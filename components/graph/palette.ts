/** Design tokens for what cannot read CSS. */

export interface Palette {
  /** Any CSS colour, `var(--ink)` among them, as the browser computes it for this theme. */
  colour(css: string): string;
  sans: string;
  mono: string;
}

/** As seen by an element of the page; a change of theme needs a new one. */
export function paletteOf(place: Element): Palette {
  const known = new Map<string, string>();
  return {
    colour: (css) => {
      const value = known.get(css) ?? computed(place, "color", css);
      known.set(css, value);
      return value;
    },
    sans: computed(place, "fontFamily", "var(--font-sans)"),
    mono: computed(place, "fontFamily", "var(--font-mono)"),
  };
}

function computed(place: Element, property: "color" | "fontFamily", css: string): string {
  const probe = document.createElement("span");
  probe.style[property] = css;
  place.append(probe);
  const value = getComputedStyle(probe)[property];
  probe.remove();
  return value;
}

/** Calls back when the theme changes, by its button or by the system; returns what ends it. */
export function onTheme(change: () => void): () => void {
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const observer = new MutationObserver(change);
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
  dark.addEventListener("change", change);
  return () => {
    observer.disconnect();
    dark.removeEventListener("change", change);
  };
}
