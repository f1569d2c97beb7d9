/** A drawing as a file: what the screen shows, with its colours resolved and its fonts inside. */

const DEFAULTS: Record<string, string> = {
  opacity: "1",
  "fill-opacity": "1",
  "stroke-opacity": "1",
  "stroke-width": "1px",
  "stroke-dasharray": "none",
  "stroke-linecap": "butt",
  "stroke-linejoin": "miter",
  "text-anchor": "start",
  "dominant-baseline": "auto",
  "letter-spacing": "normal",
};
const SHAPE = [
  "fill",
  "fill-opacity",
  "stroke",
  "stroke-opacity",
  "stroke-width",
  "stroke-dasharray",
  "stroke-linecap",
  "stroke-linejoin",
  "opacity",
];
const TEXT = [
  "fill",
  "opacity",
  "font-family",
  "font-size",
  "font-weight",
  "letter-spacing",
  "text-anchor",
  "dominant-baseline",
];
/** What each element is painted by; groups only pass their opacity on. */
const PAINTED: Record<string, readonly string[]> = { g: ["opacity"], text: TEXT, tspan: TEXT };
/** What only means something on the screen. */
const LIVE = [
  "class",
  "style",
  "tabindex",
  "role",
  "fill",
  "stroke",
  "aria-pressed",
  "aria-hidden",
  "aria-expanded",
  "data-id",
];

export async function svgOf(source: SVGSVGElement): Promise<string> {
  const copy = source.cloneNode(true) as SVGSVGElement; // cloneNode keeps the class of its node.
  inlineStyles(source, copy);
  const { width, height } = source.viewBox.baseVal;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  copy.removeAttribute("class");
  copy.removeAttribute("style");
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  ground.setAttribute("width", "100%");
  ground.setAttribute("height", "100%");
  ground.setAttribute("fill", getComputedStyle(document.documentElement).backgroundColor);
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = await fontFaces(source);
  copy.prepend(style, ground);
  return new XMLSerializer().serializeToString(copy);
}

export async function pngOf(source: SVGSVGElement, scale: number): Promise<Blob> {
  const { width, height } = source.viewBox.baseVal;
  const url = URL.createObjectURL(new Blob([await svgOf(source)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = Math.ceil(width * scale);
    canvas.height = Math.ceil(height * scale);
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("the picture is too large for a PNG"))),
        "image/png",
      ),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Offers a file to the reader. */
export function download(content: Blob | string, name: string, type = "application/octet-stream"): void {
  const url = URL.createObjectURL(typeof content === "string" ? new Blob([content], { type }) : content);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function inlineStyles(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  for (const name of LIVE) to.removeAttribute(name);
  if (from.tagName !== "svg") {
    const names = PAINTED[from.tagName] ?? SHAPE;
    const text = names
      .map((name) => [name, style.getPropertyValue(name)] as const)
      .filter(([name, value]) => value !== DEFAULTS[name])
      .map(([name, value]) => `${name}:${value}`)
      .join(";");
    if (text !== "") to.setAttribute("style", text);
  }
  const children = [...to.children];
  [...from.children].forEach((child, index) => {
    const copy = children[index];
    // Rings that are not lit are not part of the picture.
    if (copy && getComputedStyle(child).opacity === "0") copy.remove();
    else if (copy) inlineStyles(child, copy);
  });
}

/** The @font-face rules that the drawing uses, with the files as data URLs: an SVG that is an image loads nothing. */
async function fontFaces(source: SVGSVGElement): Promise<string> {
  const used = new Set(
    [...source.querySelectorAll("text")].flatMap((text) => families(getComputedStyle(text).fontFamily)),
  );
  const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]);
  const faces = rules.filter((rule) => rule instanceof CSSFontFaceRule);
  const wanted = faces.filter((face) =>
    families(face.style.getPropertyValue("font-family")).some((one) => used.has(one)),
  );
  const texts = await Promise.all(
    wanted.map(async (face) => {
      const source = /url\("?([^")]+)"?\)/.exec(face.style.getPropertyValue("src"))?.[1];
      if (!source) return "";
      const base = face.parentStyleSheet?.href ?? document.baseURI;
      const response = await fetch(new URL(source, base));
      const family = face.style.getPropertyValue("font-family");
      return `@font-face{font-family:${family};font-weight:100 900;src:url(${await dataUrl(await response.blob())})}`;
    }),
  );
  return texts.join("\n");
}

function families(list: string): string[] {
  return list.split(",").map((name) => name.trim().replace(/^["']|["']$/g, ""));
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error ?? new Error("the font could not be read"));
    reader.readAsDataURL(blob);
  });
}
