import { expect, test } from "vitest";
import { spread } from "./spread.ts";

const cut = (line: string) => spread(line.split(" "), { flags: "nqv", valued: "cW", optional: "L" }).join(" ");

test.each([
  ["-qc 1 a", "-q -c 1 a"],
  ["-c1 -W2 a", "-c 1 -W 2 a"],
  ["-nqc5 a -v", "-n -q -c 5 a -v"],
  ["-c -1 -q", "-c -1 -q"],
  ["-nvL IN", "-n -v -L IN"],
  ["-LIN -nv", "-L IN -n -v"],
  ["--table=nat -n", "--table nat -n"],
  ["-qxc1", "-q -xc1"],
  ["-q -- -c1", "-q -- -c1"],
  ["- a", "- a"],
])("%s is %s", (line, expected) => {
  expect(cut(line)).toBe(expected);
});
