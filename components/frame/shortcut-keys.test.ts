import { describe, expect, test } from "vitest";
import { NAV } from "./nav.ts";
import { GO_TO, pressed } from "./shortcut-keys.ts";

describe("shortcuts", () => {
  test("G and a letter go to a page; a letter that names none ends it", () => {
    expect(pressed("g", false, false)).toEqual({ going: true });
    expect(pressed("n", true, false)).toEqual({ going: false, deed: { do: "go", slug: "networks" } });
    expect(pressed("z", true, false)).toEqual({ going: false });
    expect(pressed("constructor", true, false)).toEqual({ going: false });
  });

  test("T alone begins a trace, after G it is the topology", () => {
    expect(pressed("t", false, false).deed).toEqual({ do: "trace" });
    expect(pressed("T", true, false).deed).toEqual({ do: "go", slug: "topology" });
  });

  test("what administrators alone have is not offered to tenants", () => {
    expect(pressed("h", true, false).deed).toBeUndefined();
    expect(pressed("h", true, true).deed).toEqual({ do: "go", slug: "hosts" });
  });

  test("every page that can be gone to is in the rail, for whom it is there", () => {
    for (const { slug, forAdmins } of Object.values(GO_TO)) {
      const entry = NAV.flat().find((one) => one.slug === slug);
      expect(entry?.forAdmins, slug).toBe(forAdmins);
    }
  });
});
