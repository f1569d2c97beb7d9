/** Prints `ovs-vsctl` transactions, and values as the database writes them. */
import type { ColumnSetting, VsctlCommand, VsctlStep } from "./vsctl-command.ts";

/** The first command stands behind `--` where it has options of its own, as agents write it. */
export function printVsctl(command: VsctlCommand): { words: string[] } {
  const words = ["ovs-vsctl", ...command.options];
  command.steps.forEach((step, i) => {
    const own = printStep(step);
    if (i > 0 || own[0]?.startsWith("-")) words.push("--");
    words.push(...own);
  });
  return { words };
}

export function printStep(step: VsctlStep): string[] {
  switch (step.kind) {
    case "add-br":
      return [...may(step), step.kind, step.bridge];
    case "del-br":
      return [...ifExists(step), step.kind, step.bridge];
    case "add-port":
      return [...may(step), step.kind, step.bridge, step.port, ...step.settings.map(printSetting)];
    case "add-bond":
      return [...may(step), step.kind, step.bridge, step.port, ...step.interfaces, ...step.settings.map(printSetting)];
    case "del-port":
      return [...ifExists(step), step.kind, ...(step.bridge === undefined ? [] : [step.bridge]), step.port];
    case "set":
      return [...ifExists(step), step.kind, step.table, step.record, ...step.settings.map(printSetting)];
    case "add":
    case "remove":
      return [...ifExists(step), step.kind, step.table, step.record, step.column, ...step.values];
    case "clear":
      return [...ifExists(step), step.kind, step.table, step.record, ...step.columns];
    case "set-fail-mode":
      return [step.kind, step.bridge, step.mode];
    case "del-fail-mode":
    case "del-controller":
      return [step.kind, step.bridge];
    case "set-controller":
      return [step.kind, step.bridge, ...step.targets];
    case "query":
      return [...step.options, ...step.words];
  }
}

function may(step: { mayExist: boolean }): string[] {
  return step.mayExist ? ["--may-exist"] : [];
}

function ifExists(step: { ifExists: boolean }): string[] {
  return step.ifExists ? ["--if-exists"] : [];
}

function printSetting({ column, key, value }: ColumnSetting): string {
  return key === undefined ? `${column}=${value}` : `${column}:${key}=${value}`;
}
