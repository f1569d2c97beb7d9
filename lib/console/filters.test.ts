import { expect, test } from "vitest";
import { CommandError } from "../host/command/command.ts";
import { filter } from "./filters.ts";

const TEXT = "1: lo: <LOOPBACK>\n2: eth0: <UP>\n3: tap1: <UP>\n3: tap1: <UP>\n";
const run = (...words: string[]) => filter(words, TEXT)?.text;

test("grep keeps what matches, as basic and as extended expression, or what does not", () => {
  expect(run("grep", "eth0")).toBe("2: eth0: <UP>\n");
  expect(run("grep", "-i", "ETH0")).toBe("2: eth0: <UP>\n");
  expect(run("grep", "-v", "UP")).toBe("1: lo: <LOOPBACK>\n");
  expect(run("grep", "eth\\|lo:")).toBe(run("grep", "-E", "eth|lo:"));
  expect(run("grep", "-E", "^[12]:")).toBe("1: lo: <LOOPBACK>\n2: eth0: <UP>\n");
  expect(run("grep", "-w", "tap")).toBe("");
  expect(run("grep", "-c", "UP")).toBe("3\n");
  expect(run("grep", "-n", "eth")).toBe("2:2: eth0: <UP>\n");
  expect(run("grep", "-A1", "lo:")).toBe("1: lo: <LOOPBACK>\n2: eth0: <UP>\n");
  expect(run("grep", "-o", "tap[0-9]")).toBe("tap1\ntap1\n");
  expect(run("grep", "-F", "<UP>")).toBe(run("grep", "<UP>"));
  expect(filter(["grep", "nothing"], TEXT)?.status).toBe(1);
});

test("an expression that could run for ever is refused", () => {
  for (const pattern of ["(a+)+$", "(a*)*b", "(a|aa)+(a|aa)+(b+)*c", "a*a*a*a*a*b"])
    expect(() => filter(["grep", "-E", pattern], TEXT), pattern).toThrow(CommandError);
});

test("head, tail, wc, sort and uniq do what they do", () => {
  expect(run("head", "-n", "1")).toBe("1: lo: <LOOPBACK>\n");
  expect(run("head", "-2")).toBe("1: lo: <LOOPBACK>\n2: eth0: <UP>\n");
  expect(run("tail", "-n1")).toBe("3: tap1: <UP>\n");
  expect(run("wc", "-l")).toBe("4\n");
  expect(run("uniq")).toBe("1: lo: <LOOPBACK>\n2: eth0: <UP>\n3: tap1: <UP>\n");
  expect(run("sort", "-r", "-u")?.split("\n")[0]).toBe("3: tap1: <UP>");
  expect(filter(["awk"], TEXT)).toBeUndefined();
});
