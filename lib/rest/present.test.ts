import { expect, test } from "vitest";
import type { Server } from "../compute/model.ts";
import type { Context } from "../identity/context.ts";
import { present } from "./present.ts";

const context = (values: Partial<Context>) => ({ isAdmin: false, userId: "u", projectId: "p", ...values }) as Context;

const server: Server = {
  id: "s",
  project_id: "p",
  user_id: "u",
  name: "vm",
  status: "ACTIVE",
  fault: null,
  image_id: null,
  flavor_id: "1",
  key_name: null,
  metadata: {},
  security_groups: [],
  user_data: "c2VjcmV0",
  host: "compute1",
  number: 1,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  launched_at: null,
  own_ports: [],
};

test("a server is told to its project, without its host and its user data, and to administrators with its host", () => {
  expect(present(context({}), "server", server)).toMatchObject({ id: "s", name: "vm", status: "ACTIVE", image: "" });
  expect(JSON.stringify(present(context({}), "server", server))).not.toMatch(/compute1|c2VjcmV0/);
  expect(present(context({ isAdmin: true, projectId: "other" }), "server", server)).toMatchObject({
    "OS-EXT-SRV-ATTR:host": "compute1",
  });
  expect(present(context({ projectId: "other" }), "server", server)).toBe(undefined);
});

test("a user is told to himself and to administrators, without his password", () => {
  const user = {
    id: "u",
    name: "n",
    domain_id: "default",
    enabled: true,
    default_project_id: null,
    options: {},
    extra: {},
  };
  const row = { ...user, password: "$argon2id$x" };
  expect(present(context({}), "user", row)).toMatchObject({ id: "u", name: "n" });
  expect(JSON.stringify(present(context({ isAdmin: true }), "user", row))).not.toContain("argon2");
  expect(present(context({ userId: "other" }), "user", row)).toBe(undefined);
});

test("what is no object of an API is told to nobody", () => {
  expect(present(context({ isAdmin: true }), "secret", { id: "x" })).toBe(undefined);
  expect(present(context({ isAdmin: true }), "server", null)).toBe(undefined);
});
