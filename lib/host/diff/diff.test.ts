import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Command, CommandError } from "../command/command.ts";
import { parseCommands, printCommand } from "../command/shell.ts";
import { apply, applyAll } from "../run.ts";
import type { HostState } from "../state.ts";
import { bareHost, command } from "../testing/commands.ts";
import { comparable } from "../testing/comparable.ts";
import { diff } from "./diff.ts";

/** Runs what a host takes of them. */
function runSome(host: HostState, commands: readonly Command[]): HostState {
  return commands.reduce((state, one) => {
    try {
      return apply(state, one);
    } catch (error) {
      if (error instanceof CommandError) return state;
      throw error;
    }
  }, host);
}

describe("diff", () => {
  test("running the difference of two hosts gives the second", () => {
    const some = fc.array(command, { minLength: 30, maxLength: 90, size: "max" });
    fc.assert(
      fc.property(some, some, some, (first, left, right) => {
        const base = runSome(bareHost(), first);
        const a = runSome(base, left);
        const b = runSome(base, right);
        const commands = diff(a, b);
        const text = commands.map(printCommand).join("\n");
        expect(comparable(applyAll(a, commands)), text).toEqual(comparable(b));
      }),
      { numRuns: 150 },
    );
  });

  test("printed and parsed, the difference does the same", () => {
    fc.assert(
      fc.property(fc.array(command, { minLength: 30, maxLength: 90, size: "max" }), (commands) => {
        const host = runSome(bareHost(), commands);
        const script = diff(bareHost(), host)
          .map((one) => `${printCommand(one)}\n`)
          .join("");
        expect(applyAll(bareHost(), parseCommands(script))).toEqual(applyAll(bareHost(), diff(bareHost(), host)));
      }),
    );
  });

  test("equal hosts need nothing", () => {
    const host = runSome(bareHost(), fc.sample(command, 100));
    expect(diff(host, host)).toEqual([]);
    expect(diff(host, structuredClone(host))).toEqual([]);
  });
});
