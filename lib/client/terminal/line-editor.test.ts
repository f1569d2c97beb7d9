import { describe, expect, test } from "vitest";
import { LineHistory } from "./history.ts";
import { complete, EMPTY, edit, goesOn, keysOf, type Line } from "./line-editor.ts";

/** The line after what was typed. */
function typed(data: string, from: Line = EMPTY): Line {
  return keysOf(data).reduce((line, key) => {
    switch (key.kind) {
      case "enter":
      case "interrupt":
      case "clear":
      case "end":
      case "complete":
      case "older":
      case "newer":
        return line;
      default:
        return edit(line, key);
    }
  }, from);
}

describe("the line that is typed", () => {
  test("takes text at the cursor", () => {
    expect(typed("ip ab\x1b[D\x1b[Dlink \x1b[F!")).toEqual({ text: "ip link ab!", cursor: 11 });
  });

  test("loses a character, a word, the rest, or all of it", () => {
    expect(typed("ip addr\u007f").text).toBe("ip add");
    expect(typed("ip addr show\u0017").text).toBe("ip addr ");
    expect(typed("ip addr\u0001\u000b").text).toBe("");
    expect(typed("ip addr\u0015").text).toBe("");
    expect(typed("ip\x1b[H\x1b[3~").text).toBe("p");
  });

  test("moves by words", () => {
    expect(typed("ip addr show\x1b[1;5D\x1b[1;5D").cursor).toBe(3);
    expect(typed("ip addr show\u0001\x1bf").cursor).toBe(2);
  });

  test("passes over keys that it does not know, and keeps letters beyond ASCII whole", () => {
    expect(typed("a\x1b[15~\x1b[200~b\x1b[201~é🙂").text).toBe("abé🙂");
  });

  test("ends once for each pasted line", () => {
    expect(keysOf("ip a\r\nip r\r").map((key) => key.kind)).toEqual(["text", "enter", "text", "enter"]);
  });

  test("goes on while a heredoc is open", () => {
    expect(goesOn("cat > /x <<'EOF'")).toBe(true);
    expect(goesOn("cat > /x <<'EOF'\na\nEOF")).toBe(false);
    expect(goesOn("ip addr \\")).toBe(true);
    expect(goesOn("ip addr")).toBe(false);
  });
});

describe("completion", () => {
  const names = {
    programs: ["ip", "iptables", "ping"],
    words: ["qvo1f69615b-95", "qvb1f69615b-95", "br-int"],
    namespaces: ["qrouter-1"],
  };
  const completed = (text: string) => complete({ text, cursor: text.length }, names);

  test("finishes what is alone, and says what there is to choose from", () => {
    expect(completed("pi").line.text).toBe("ping ");
    expect(completed("ip link show br").line.text).toBe("ip link show br-int ");
    expect(completed("ip link show q").line.text).toBe("ip link show qv");
    expect(completed("ip link show qv").choices).toEqual(["qvo1f69615b-95", "qvb1f69615b-95"]);
    expect(completed("ip netns exec qrouter-1 pin").line.text).toBe("ip netns exec qrouter-1 ping ");
    expect(completed("ip netns exec q").line.text).toBe("ip netns exec qrouter-1 ");
    expect(completed("ip a | ipt").line.text).toBe("ip a | iptables ");
  });

  test("leaves what nothing begins with", () => {
    expect(completed("ip link show xyz")).toEqual({ line: { text: "ip link show xyz", cursor: 16 }, choices: [] });
  });
});

test("arrow keys walk through earlier lines and back to the one being typed", () => {
  const history = new LineHistory(["ip a"]);
  history.add("ip r");
  history.add("ip r");
  expect(history.older("pi")).toBe("ip r");
  expect(history.older("")).toBe("ip a");
  expect(history.older("")).toBeUndefined();
  expect(history.newer()).toBe("ip r");
  expect(history.newer()).toBe("pi");
  expect(history.newer()).toBeUndefined();
});
