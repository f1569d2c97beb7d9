/** Whether a name fits a pattern in which `*` stands for any text. */
export function globs(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  if (rest.length === 0) return name === pattern;
  const last = rest.pop() ?? "";
  return (
    name.length >= first.length + last.length &&
    name.startsWith(first) &&
    name.endsWith(last) &&
    rest.every((one) => name.includes(one))
  );
}
