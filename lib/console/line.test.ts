import { expect, test } from "vitest";
import { pipelines, withPlainBrackets } from "./line.ts";

const stages = (text: string) => pipelines(text).map((one) => [one.after, ...one.stages.map((stage) => stage.trim())]);

test("a line is cut at ;, && and || and at pipes, outside of quotes", () => {
  expect(stages("ip a; ip r && ip n | grep x || true")).toEqual([
    [";", "ip a"],
    [";", "ip r"],
    ["&&", "ip n", "grep x"],
    ["||", "true"],
  ]);
  expect(stages("grep 'a|b;c' # not | this")).toEqual([[";", "grep 'a|b;c'"]]);
  expect(stages('echo "a && b" \\| c')).toEqual([[";", 'echo "a && b" \\| c']]);
  expect(stages(" # nothing\n\nip a;")).toEqual([[";", "ip a"]]);
});

test("what no shell takes is refused", () => {
  expect(() => pipelines("ip a |")).toThrow("syntax error");
  expect(() => pipelines("| grep a")).toThrow("syntax error");
  expect(() => pipelines("ip a &&")).toThrow("syntax error");
  expect(() => pipelines("&& ip a")).toThrow("unexpected token `&&'");
  expect(() => pipelines(";")).toThrow("unexpected token `;'");
  expect(() => pipelines("ip a;;ip r")).toThrow("unexpected token `;;'");
});

test.each([
  ...[
    "if false; then ip link del a; fi",
    "f() { ip link del a; ip link del b; }",
    "for i in a b; do ip a; done",
    "(ip a)",
  ],
  ...[
    "ip a; ping 10.0.0.1 &",
    "ip link del a < x",
    'ip link del "$(hostname)"',
    "ip link del `hostname`",
    "ip link del $X",
  ],
])("%s is refused before any part of it runs", (text) => {
  expect(() => pipelines(text)).toThrow("are not supported here");
});

test("what only looks like grammar of a shell is not", () => {
  expect(stages("grep 'a$' 2>&1 && echo '$X `y`' \\$Z")).toHaveLength(2);
});

test("a heredoc stays whole", () => {
  const text = "cat > /x <<'EOF'\na; b | c\nEOF\n";
  expect(pipelines(text)).toEqual([{ after: ";", stages: [text] }]);
});

test("brackets of a flow need no quotes", () => {
  expect(withPlainBrackets("actions=resubmit(,1)")).toBe("actions=resubmit\\(,1\\)");
  expect(withPlainBrackets("'resubmit(,1)' \"a(b)\" x\\(")).toBe("'resubmit(,1)' \"a(b)\" x\\(");
});
