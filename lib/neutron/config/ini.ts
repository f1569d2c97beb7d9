/** oslo.config files: sections, `key = value` or `key: value`, continuation lines, comments. Source: oslo_config/iniparser.py. */

export interface IniValue {
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** By section, then option; of an option that stands there twice, the last one. */
export type Ini = ReadonlyMap<string, ReadonlyMap<string, IniValue>>;

export class IniError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export function parseIni(text: string): Ini {
  const sections = new Map<string, Map<string, IniValue>>();
  let section: Map<string, IniValue> | undefined;
  let key: string | undefined;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const number = index + 1;
    if (/^\s*([#;].*)?$/.test(line)) {
      if (line.trim() === "") key = undefined;
      continue;
    }
    const head = /^\[([^\]]*)\]\s*$/.exec(line)?.[1];
    if (head !== undefined) {
      section = sections.get(head) ?? new Map();
      sections.set(head, section);
      key = undefined;
      continue;
    }
    if (section === undefined) throw new IniError("an option before the first section", number);
    if (/^\s/.test(line)) {
      const before = key === undefined ? undefined : section.get(key);
      if (key === undefined || before === undefined) throw new IniError("a continuation without an option", number);
      section.set(key, { ...before, text: `${before.text}\n${line.trim()}` });
      continue;
    }
    const [, name, value] = /^([^=:]+?)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new IniError("neither a section nor an option", number);
    key = name;
    section.set(name, { text: unquoted(value), line: number });
  }
  return sections;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) && value.length > 1 ? value.slice(1, -1) : value;
}
