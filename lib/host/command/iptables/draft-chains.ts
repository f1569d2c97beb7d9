/**
 * The chains of a table while commands change them. A table of a crowded host has thousands, which are in the order of
 * iptables-save: one is found there without looking at all of them.
 */
import type { IptablesChain } from "../../../net/iptables/ast.ts";

/** Lists that were found in order, or put so. */
const sorted = new WeakSet<readonly IptablesChain[]>();

export class DraftChains {
  private readonly before: IptablesChain[];
  private readonly base: readonly IptablesChain[];
  /** How many of them are built in: these come first. */
  private readonly builtIns: number;
  /** What is other than before; undefined: deleted. */
  private readonly changed = new Map<string, IptablesChain | undefined>();

  constructor(before: IptablesChain[]) {
    this.before = before;
    this.base = sorted.has(before) ? before : inOrder(before);
    sorted.add(this.base);
    const own = this.base.findIndex(({ policy }) => policy === undefined);
    this.builtIns = own < 0 ? this.base.length : own;
  }

  get(name: string): IptablesChain | undefined {
    if (this.changed.has(name)) return this.changed.get(name);
    const { at, found } = this.placeOf(name);
    return found ? this.base[at] : undefined;
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  /** Their names, which no command changes. */
  builtIn(): string[] {
    return this.base.slice(0, this.builtIns).map(({ name }) => name);
  }

  set(name: string, chain: IptablesChain): void {
    this.changed.set(name, chain);
  }

  delete(name: string): void {
    this.changed.set(name, undefined);
  }

  /** All of them, in order; the list of before while nothing changed. */
  list(): IptablesChain[] {
    const changes = [...this.changed].map(([name, chain]) => ({ name, chain, ...this.placeOf(name) }));
    const real = changes.filter(({ chain, at, found }) => (found ? chain !== this.base[at] : chain !== undefined));
    if (real.length === 0) return this.before;
    const out = this.base.slice();
    // From the end, so that places before stay.
    for (const { chain, at, found } of real.sort((a, b) => b.at - a.at || (a.name < b.name ? 1 : -1)))
      out.splice(at, found ? 1 : 0, ...(chain ? [chain] : []));
    sorted.add(out);
    return out;
  }

  /** Where it is, or would be. */
  private placeOf(name: string): { at: number; found: boolean } {
    for (let at = 0; at < this.builtIns; at++) if (this.base[at]?.name === name) return { at, found: true };
    let low = this.builtIns;
    let high = this.base.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.base[middle] as IptablesChain).name < name) low = middle + 1;
      else high = middle;
    }
    return { at: low, found: this.base[low]?.name === name };
  }
}

/** Chains of one's own come after the built-in ones, by name: iptables-save sorts them. */
function inOrder(chains: readonly IptablesChain[]): IptablesChain[] {
  const builtIn = chains.filter(({ policy }) => policy !== undefined);
  const own = chains.filter(({ policy }) => policy === undefined).sort((a, b) => (a.name < b.name ? -1 : 1));
  return [...builtIn, ...own];
}
