/** Routers of every sort, as little of them as their rules need. Prefix lengths stand with the addresses. */
export interface RuleCase {
  readonly snat: boolean;
  readonly interfaces: readonly CaseInterface[];
  readonly gateway: CaseGateway | null;
  /** Floating and fixed address. */
  readonly floating: readonly (readonly [string, string])[];
  /** Id, floating address, protocol, its ports, fixed address, its ports. */
  readonly forwardings: readonly (readonly [string, string, string, string, string, string])[];
}

/** Address, and the address scopes of its network. */
type CaseInterface = readonly [cidr: string, scope4: string | null, scope6: string | null];
type CaseGateway = readonly [cidrs: readonly string[], scope4: string | null, scope6: string | null];

export const RULE_CASES: Readonly<Record<string, RuleCase>> = {
  "two floating IPs": {
    snat: true,
    interfaces: [
      ["10.0.1.1/24", null, null],
      ["10.0.2.1/24", null, null],
    ],
    gateway: [["203.0.113.10/24"], null, null],
    floating: [
      ["203.0.113.20", "10.0.1.5"],
      ["203.0.113.21", "10.0.2.6"],
    ],
    forwardings: [],
  },
  "no SNAT": {
    snat: false,
    interfaces: [["10.0.1.1/24", null, null]],
    gateway: [["203.0.113.10/24"], null, null],
    floating: [["203.0.113.20", "10.0.1.5"]],
    forwardings: [],
  },
  "no gateway": {
    snat: false,
    interfaces: [
      ["10.0.1.1/24", null, null],
      ["10.0.2.1/24", null, null],
    ],
    gateway: null,
    floating: [],
    forwardings: [],
  },
  "IPv6 beside IPv4": {
    snat: true,
    interfaces: [
      ["10.0.1.1/24", null, null],
      ["2001:db8:1::1/64", null, null],
    ],
    gateway: [["203.0.113.10/24", "2001:db8:ffff::10/64"], null, null],
    floating: [],
    forwardings: [],
  },
  "only IPv6 outside": {
    snat: true,
    interfaces: [["2001:db8:1::1/64", null, null]],
    gateway: [["2001:db8:ffff::10/64"], null, null],
    floating: [],
    forwardings: [],
  },
  "address scopes": {
    snat: true,
    interfaces: [
      ["10.0.1.1/24", "scope-a", null],
      ["10.0.2.1/24", "scope-b", "scope-six"],
      ["10.0.3.1/24", null, null],
    ],
    gateway: [["203.0.113.10/24"], "scope-a", null],
    floating: [
      ["203.0.113.20", "10.0.1.5"],
      ["203.0.113.21", "10.0.2.6"],
      ["203.0.113.22", "10.0.3.7"],
    ],
    forwardings: [],
  },
  "address scopes without SNAT": {
    snat: false,
    interfaces: [
      ["10.0.1.1/24", "scope-a", null],
      ["10.0.2.1/24", "scope-b", null],
    ],
    gateway: [["203.0.113.10/24"], "scope-a", null],
    floating: [["203.0.113.21", "10.0.2.6"]],
    forwardings: [],
  },
  "port forwardings": {
    snat: true,
    interfaces: [["10.0.1.1/24", null, null]],
    gateway: [["203.0.113.10/24"], null, null],
    floating: [["203.0.113.20", "10.0.1.5"]],
    forwardings: [
      ["11111111-aaaa", "203.0.113.30", "tcp", "2222:2222", "10.0.1.8", "22:22"],
      ["22222222-bbbb", "203.0.113.30", "udp", "5000:5010", "10.0.1.9", "6000:6010"],
      ["33333333-cccc", "203.0.113.31", "tcp", "70:80", "10.0.1.9", "8080:8080"],
    ],
  },
};
