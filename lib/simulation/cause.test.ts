import { expect, test } from "vitest";
import { causeOf } from "./cause.ts";

const event = { seq: 7, id: "p1", project_id: null, revision: 0, at: 0 };

test("a cause is the object with its name, and where it is found", () => {
  expect(causeOf({ ...event, kind: "port", before: null, after: { name: "web" } })).toEqual({
    seq: 7,
    object: { kind: "port", id: "p1" },
    what: "created port web (p1)",
  });
  expect(causeOf({ ...event, kind: "floatingip", before: { name: "" }, after: null }).what).toBe(
    "deleted floatingip p1",
  );
});

test("an agent that is no longer stopped was started", () => {
  expect(causeOf({ ...event, kind: "stopped_agent", before: { id: "p1" }, after: null }).what).toBe(
    "started agent (p1)",
  );
  expect(causeOf({ ...event, kind: "stopped_agent", before: null, after: { id: "p1" } }).what).toBe(
    "stopped agent (p1)",
  );
});
