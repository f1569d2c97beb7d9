import fc from "fast-check";
import { expect, test } from "vitest";
import { comparedSettings, settingsBelow, withoutSettings, withSettings } from "./settings.ts";

const table = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("0", "1"), { noNullPrototype: true });

test("settings that differ are among those that are compared, whatever way the tables came about", () => {
  fc.assert(
    fc.property(table, fc.array(fc.tuple(fc.nat(), table, fc.boolean()), { maxLength: 12 }), (first, steps) => {
      const tables: Record<string, string>[] = [first];
      for (const [which, set, less] of steps) {
        const from = tables[which % tables.length] ?? first;
        const gone = Object.keys(set).filter((name) => name in from);
        const left = Object.entries(from).filter(([name]) => !gone.includes(name));
        const after = less ? withoutSettings(from, gone) : withSettings(from, set);
        expect(after).toEqual(less ? Object.fromEntries(left) : { ...from, ...set });
        tables.push(after);
      }
      for (const a of tables)
        for (const b of tables) {
          const compared = [...comparedSettings(a, b)];
          for (const name of "abcd") if (a[name] !== b[name]) expect(compared).toContain(name);
        }
    }),
  );
});

test("settings of a device are those of the table that is asked, whatever way it came about", () => {
  const name = fc.constantFrom(
    "net.ipv4.conf.a.x",
    "net.ipv4.conf.a.y",
    "net.ipv4.conf.b.x",
    "net.ipv6.conf.a.x",
    "net.x",
  );
  const some = fc.dictionary(name, fc.constantFrom("0", "1"), { noNullPrototype: true });
  fc.assert(
    fc.property(some, fc.array(fc.tuple(fc.nat(), some, fc.boolean()), { maxLength: 12 }), (first, steps) => {
      const tables: Record<string, string>[] = [first];
      for (const [which, set, less] of steps) {
        const from = tables[which % tables.length] ?? first;
        const gone = Object.keys(set).filter((one) => one in from);
        const after = less ? withoutSettings(from, gone) : withSettings(from, set);
        tables.push(after);
        const own = Object.keys(after).filter((one) => one.startsWith("net.ipv4.conf.a."));
        expect(settingsBelow(after, "net.ipv4.conf.a.").sort()).toEqual(own.sort());
      }
    }),
  );
});

test("the same change of the same table gives the same object", () => {
  const from = { a: "0", b: "1" };
  expect(withSettings(from, { a: "0" })).toBe(from);
  expect(withSettings(from, { a: "1" })).toBe(withSettings(from, { a: "1" }));
});

test("after very many changes a table is still compared with the one that it came from", () => {
  let now: Record<string, string> = { a: "0" };
  for (let i = 0; i < 600; i++) {
    const next = withSettings(now, { [`setting${i}`]: "1" });
    expect([...comparedSettings(now, next)]).toContain(`setting${i}`);
    now = next;
  }
});
