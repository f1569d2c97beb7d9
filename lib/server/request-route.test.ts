import fc from "fast-check";
import { expect, test } from "vitest";
import { routeOf } from "./request-route.ts";

const ID = "0b0a1f4e-8d0c-4c9e-9b52-111111111111";

test.each([
  [`/networking/v2.0/ports/${ID}`, 200, "networking", "/networking/v2.0/ports/{}"],
  [`/networking/v2.0/security-groups.json?name=mine`, 200, "networking", "/networking/v2.0/security-groups"],
  [`/networking/v2.0/routers/${ID}/add_router_interface`, 409, "networking", "/networking/v2.0/routers"],
  [`/networking/v2.0/qos/policies/${ID}`, 200, "networking", "/networking/v2.0/qos/policies/{}"],
  ["/compute/v2.1/os-keypairs/my-name", 200, "compute", "/compute/v2.1/os-keypairs/{}"],
  ["/identity/v3/auth/tokens", 201, "identity", "/identity/v3/auth/tokens"],
  ["/_next/static/chunks/x.js", 200, "dashboard", "/_next"],
  ["/api/clouds/embedded/trace?from=a&to=b", 200, "dashboard", "/api/clouds/[cloud]/trace"],
  ["/nothing/of/ours", 404, "dashboard", "other"],
])("%s is told as a kind of request", (target, status, service, route) => {
  const dashboard = [{ page: "/api/clouds/[cloud]/trace", pattern: /^\/api\/clouds\/([^/]+?)\/trace(?:\/)?$/ }];
  expect(routeOf(target, status, dashboard)).toEqual({ service, route });
});

test("nothing that a client makes up is told", () => {
  const typed = fc.string({ minLength: 3 }).map((text) => `secret${text.replaceAll("/", "")}`);
  const prefix = fc.constantFrom("/networking/v2.0", "/compute/v2.1/servers", "/identity/v3/users", "/image", "");
  fc.assert(
    fc.property(
      prefix,
      fc.array(typed, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(200, 403, 404),
      (a, b, status) => {
        expect(routeOf(`${a}/${b.join("/")}`, status, []).route).not.toContain("secret");
      },
    ),
  );
});
