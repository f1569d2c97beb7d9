/** What one walk has taught the switches of a host. The recorded state is never written. */
import { Classifier, type Rule } from "./classifier.ts";

/** One for each walk over a host; `createOverlay()` makes it. Opaque to callers. */
export class SwitchOverlay {
  readonly #fdb = new Map<string, Map<number, number>>();
  readonly #tables = new Map<string, Classifier>();

  /** Port learned for an address in a VLAN of a bridge. */
  fdb(bridge: string, vlan: number, mac: number): number | undefined {
    return this.#fdb.get(`${bridge} ${vlan}`)?.get(mac);
  }

  /** All that was learned. */
  *macs(): Generator<{ bridge: string; vlan: number; mac: number; port: number }> {
    for (const [name, entries] of this.#fdb) {
      const [bridge = "", vlan] = name.split(" ");
      for (const [mac, port] of entries) yield { bridge, vlan: Number(vlan), mac, port };
    }
  }

  learnMac(bridge: string, vlan: number, mac: number, port: number): void {
    const name = `${bridge} ${vlan}`;
    let entries = this.#fdb.get(name);
    if (!entries) {
      entries = new Map();
      this.#fdb.set(name, entries);
    }
    entries.set(mac, port);
  }

  /** Learned flows of a table; undefined when there are none. */
  table(bridge: string, table: number): Classifier | undefined {
    return this.#tables.size === 0 ? undefined : this.#tables.get(`${bridge} ${table}`);
  }

  /** Adds a learned flow, or changes the one with the same match and priority. */
  learnFlow(bridge: string, table: number, rule: Rule): void {
    const name = `${bridge} ${table}`;
    let flows = this.#tables.get(name);
    if (!flows) {
      flows = new Classifier();
      this.#tables.set(name, flows);
    }
    flows.remove(rule.match, rule.priority);
    flows.insert(rule);
  }
}

export function createOverlay(): SwitchOverlay {
  return new SwitchOverlay();
}
