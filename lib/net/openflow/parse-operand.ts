/** What stands inside actions: ports, subfields, options. */
import type { Port, Subfield } from "./ast.ts";
import { findField } from "./field.ts";
import { FlowSyntaxError, needNumber, splitTop } from "./scan.ts";
import { RESERVED_PORTS } from "./value.ts";

export function parsePort(text: string): Port {
  if (text.charCodeAt(0) === 34) {
    if (text.length > 2 && text.endsWith('"')) return text;
    throw new FlowSyntaxError("port: a quoted name does not end", text);
  }
  const upper = text.toUpperCase();
  if (upper in RESERVED_PORTS) return upper;
  if (/^[0-9]/.test(text)) {
    const n = needNumber(text, "port");
    if (n >= 0xff00 && n < 0xffffff00) {
      const name = Object.keys(RESERVED_PORTS).find((k) => RESERVED_PORTS[k] === (n & 0xffff));
      if (n > 0xffff || !name) throw new FlowSyntaxError("port: number out of range", text);
      return name;
    }
    return n;
  }
  if (!/^[A-Za-z_][\w.@-]*$/.test(text)) throw new FlowSyntaxError("port: neither a number nor a name", text);
  return `"${text}"`;
}

export function parseSubfield(text: string): Subfield {
  const m = /^([A-Za-z_][A-Za-z0-9_]*)\[(?:(\d+)(?:\.\.(\d+))?)?\]$/.exec(text);
  if (!m) throw new FlowSyntaxError("expected field[], field[bit] or field[first..last]", text);
  const field = findField(m[1] as string);
  if (!field) throw new FlowSyntaxError(`unknown field ${m[1]}`, text);
  if (m[2] === undefined) return { field: m[1] as string };
  const from = Number(m[2]);
  const to = m[3] === undefined ? from : Number(m[3]);
  const width = Math.max(16, field.bits);
  if (to < from || to >= width) throw new FlowSyntaxError(`${field.name} has no bits ${from}..${to}`, text);
  return { field: m[1] as string, from, to };
}

export function split2(text: string, separator: string, what: string): [string, string] {
  const i = text.indexOf(separator);
  if (i < 0) throw new FlowSyntaxError(`${what}: expected ${separator}`, text);
  return [text.slice(0, i), text.slice(i + separator.length)];
}

/** `a=1,b=2` with names out of `known`. A word without a value has the value "". */
export function options(text: string, known: readonly string[]): Record<string, string | undefined> {
  const out: Record<string, string> = {};
  for (const piece of splitTop(text, true)) {
    const i = piece.indexOf("=");
    const key = i < 0 ? piece : piece.slice(0, i);
    if (!known.includes(key)) throw new FlowSyntaxError(`unknown option ${key}`, text);
    out[key] = i < 0 ? "" : piece.slice(i + 1);
  }
  return out;
}
