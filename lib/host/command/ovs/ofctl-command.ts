/** `ovs-ofctl` as data: what changes flows and groups of one bridge. */
import type { Flow, Group, Match } from "../../../net/openflow/ast.ts";

/** Which flows a command is about: those that a match includes (loose), or the one of that match and priority (strict). */
export interface FlowSelection {
  readonly match: Match;
  /** All tables when absent. */
  readonly table?: number;
  /** Used when strict. */
  readonly priority?: number;
  readonly cookie?: { readonly value: string; readonly mask: string };
  /** Flows that output to this port (or group) alone. */
  readonly outPort?: string;
  readonly outGroup?: number;
}

export type OfctlAction =
  | { readonly kind: "add-flow"; readonly flow: Flow }
  /** From standard input (`add-flows BRIDGE -`). Lines may begin with `delete` and other words, with `--bundle`. */
  | { readonly kind: "add-flows"; readonly flows: readonly Flow[] }
  | {
      readonly kind: "mod-flows";
      readonly strict: boolean;
      /** Its flows get these actions; as with add-flow, it is added when nothing is selected and it has no cookie mask. */
      readonly select: FlowSelection;
      readonly flow: Flow;
    }
  /** With several selections they come from standard input (`del-flows BRIDGE -`). */
  | {
      readonly kind: "del-flows";
      readonly strict: boolean;
      readonly select: readonly FlowSelection[];
      readonly input: boolean;
    }
  | { readonly kind: "add-group" | "mod-group"; readonly group: Group; readonly mayCreate?: boolean }
  | { readonly kind: "del-groups"; readonly id?: number }
  | { readonly kind: "mod-port"; readonly port: string; readonly change: string };

export interface OfctlCommand {
  readonly tool: "ovs-ofctl";
  readonly bridge: string;
  /** `-O`; OpenFlow10 when absent. */
  readonly versions?: readonly string[];
  readonly action: OfctlAction;
}
