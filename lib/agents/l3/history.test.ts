/** What an agent makes of a host does not depend on what it was told before. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { change } from "../../host/diff/diff.ts";
import type { HostState } from "../../host/state.ts";
import type { HostView, RouterView } from "../view.ts";
import { isL3Namespace } from "./names.ts";
import { caseView } from "./testing/case-view.ts";
import { comparable } from "./testing/comparable.ts";
import type { RuleCase } from "./testing/rule-cases.ts";
import { bareHost, run, withRouter } from "./testing/run.ts";

type Mode = HostView["settings"]["l3Mode"];

const scope = fc.constantFrom(null, "scope-a", "scope-b");
const interfaces = fc.uniqueArray(fc.constantFrom("10.0.1.1/24", "10.0.2.1/24", "10.0.3.1/24", "2001:db8:1::1/64"), {
  maxLength: 4,
});
const gateway = fc.constantFrom(null, ["203.0.113.10/24"], ["203.0.113.11/24", "2001:db8:ffff::10/64"]);
const floating = fc.uniqueArray(
  fc.constantFrom(
    ["203.0.113.20", "10.0.1.5"] as const,
    ["203.0.113.21", "10.0.2.6"] as const,
    ["203.0.113.20", "10.0.3.7"] as const,
  ),
  { selector: ([address]) => address },
);
const forwardings = fc.constantFrom(
  [],
  [["11111111-aaaa", "203.0.113.30", "tcp", "2222:2222", "10.0.1.8", "22:22"] as const],
);
const routes = fc.uniqueArray(
  fc.constantFrom(
    { destination: "192.168.1.0/24", nexthop: "10.0.1.77" },
    { destination: "192.168.2.0/24", nexthop: "10.0.1.77" },
    { destination: "192.168.2.0/24", nexthop: "10.0.2.77" },
    { destination: "192.168.3.0/24", nexthop: "203.0.113.77" },
  ),
);

interface Told {
  readonly one: RuleCase;
  readonly changes: Partial<RouterView>;
}

const told: fc.Arbitrary<Told> = fc
  .record({
    snat: fc.boolean(),
    interfaces,
    scopes: fc.array(scope, { minLength: 4, maxLength: 4 }),
    gateway,
    outside: scope,
  })
  .chain((base) =>
    fc.record({ floating, forwardings, routes, elsewhere: fc.boolean() }).map((more) => {
      const one: RuleCase = {
        snat: base.snat,
        interfaces: base.interfaces.map((cidr, i) => [cidr, base.scopes[i] ?? null, null]),
        gateway: base.gateway && [base.gateway, base.outside, null],
        floating: base.gateway ? more.floating : [],
        forwardings: base.gateway ? more.forwardings : [],
      };
      const moved = more.elsewhere && base.gateway ? { gatewayHost: "elsewhere" } : {};
      return { one, changes: { routes: more.routes, ...moved } };
    }),
  );

/** @param distributed absent: as the mode has routers */
function viewOf({ one, changes }: Told, mode: Mode, distributed = mode !== "legacy"): HostView {
  const { view } = caseView(one, distributed ? mode : "legacy");
  return withRouter({ ...view, settings: caseView(one, mode).view.settings }, changes);
}

function summary(host: HostState): Record<string, unknown> {
  const names = host.namespaces
    .map((one) => one.name)
    .filter(isL3Namespace)
    .sort();
  return Object.fromEntries(names.map((name) => [name, comparable(host, name, [])]));
}

function expectSame(before: HostView, view: HostView): void {
  const bare = bareHost(view);
  const direct = run(view, bare);
  const first = run(before, bare);
  const changed = run(view, first);
  expect(summary(changed)).toEqual(summary(direct));
  expect(run(view, changed)).toBe(changed);
  expect(summary(change(first, changed).host)).toEqual(summary(changed));
}

it("whatever it was told before", () => {
  fc.assert(
    fc.property(told, told, fc.constantFrom<Mode>("legacy", "dvr", "dvr_snat", "dvr_no_external"), (old, now, mode) =>
      expectSame(viewOf(old, mode), viewOf(now, mode)),
    ),
    { numRuns: 60 },
  );
});

it("of a router that was distributed, or is from now on", () => {
  fc.assert(
    fc.property(told, told, fc.boolean(), (old, now, distributed) =>
      expectSame(viewOf(old, "dvr_snat", !distributed), viewOf(now, "dvr_snat", distributed)),
    ),
    { numRuns: 20 },
  );
});
