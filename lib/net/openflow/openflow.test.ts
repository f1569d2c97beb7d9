import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, Flow, MatchField, Subfield } from "./ast.ts";
import { FIELDS, type Field } from "./field.ts";
import { parseFlow, parseFlowDump, parseGroup, parseGroupDump, parseMatch } from "./parse.ts";
import { parseActions } from "./parse-actions.ts";
import { printActions, printFlow, printGroup } from "./print.ts";
import { bigToWords, formatFieldValue, parseFieldValue } from "./value.ts";

const demo = fileURLToPath(new URL("../../demo", import.meta.url));

function dumps(what: string): string[] {
  const files = readdirSync(demo, { recursive: true, encoding: "utf8" });
  return files
    .filter((f) => /ovs-ofctl[^/]*$/.test(f) && f.endsWith(`${what}.txt`))
    .map((f) => readFileSync(`${demo}/${f}`, "utf8"));
}

describe("recorded dumps", () => {
  it("are read without an error, and print as they were", () => {
    let flows = 0;
    for (const text of dumps("dump-flows")) {
      const lines = text.split("\n").slice(1);
      const dump = parseFlowDump(text);
      expect(dump.errors).toEqual([]);
      for (const [i, flow] of dump.flows.entries()) {
        expect(printFlow(flow)).toBe((lines[i] ?? "").trim());
        expect(parseFlow(printFlow(flow))).toEqual(flow);
        flows++;
      }
    }
    expect(flows).toBeGreaterThan(500);
  });

  it("hold groups that are read without an error", () => {
    for (const text of dumps("dump-groups")) expect(parseGroupDump(text).errors).toEqual([]);
  });
});

const LINES = [
  "cookie=0x0, duration=3.500s, table=0, n_packets=0, n_bytes=0, idle_timeout=10, hard_timeout=20, send_flow_rem check_overlap importance=7, idle_age=3, priority=7,tcp,vlan_tci=0x1000/0x1000,nw_src=10.0.0.0/8,tp_dst=0x50/0xfff0,tcp_flags=+syn-ack actions=output:1,output:NXM_NX_REG0[0..15],output(port=3,max_len=100),CONTROLLER:65535,controller(reason=invalid_ttl,id=3,userdata=00.01,pause)",
  "cookie=0x5, duration=1s, table=3, n_packets=1, n_bytes=2, ct_state=+new-est+trk,ct_mark=0x1/0x3,ct_label=0x10000000000000000,ip,nw_frag=later actions=ct(commit,force,table=4,zone=NXM_NX_REG6[0..15],nat(src=10.0.0.1-10.0.0.9:1000-2000,random),exec(load:0x1->NXM_NX_CT_MARK[],set_field:0x2/0x3->ct_label),alg=ftp),ct_clear",
  "cookie=0x5, duration=1s, table=3, n_packets=1, n_bytes=2, ipv6,ipv6_dst=fe80::/64 actions=ct(commit,nat(dst=[fe80::1]-[fe80::9]:80)),ct(nat)",
  "cookie=0x1, duration=1s, table=10, n_packets=0, n_bytes=0, priority=1 actions=learn(table=20,hard_timeout=300,priority=1,cookie=0x1,limit=3,result_dst=NXM_NX_REG0[0],NXM_OF_VLAN_TCI[0..11],NXM_OF_ETH_DST[]=NXM_OF_ETH_SRC[],eth_type=0x800,load:0->NXM_OF_VLAN_TCI[],load:NXM_NX_TUN_ID[]->NXM_NX_TUN_ID[],output:OXM_OF_IN_PORT[])",
  'cookie=0x1, duration=1s, table=10, n_packets=0, n_bytes=0, in_port="a, port" actions=output:"b(c"',
  "cookie=0x1, duration=1s, table=1, n_packets=0, n_bytes=0, conj_id=7,ip actions=conjunction(7,1/2),conjunction(8,2/3)",
  "cookie=0x1, duration=1s, table=1, n_packets=0, n_bytes=0, arp actions=push:NXM_NX_REG0[],pop:NXM_NX_REG1[0..3],dec_ttl(1,2),resubmit(,4),resubmit:5,resubmit(LOCAL,7,ct),clone(output:1,drop_me:1)".replace(
    ",drop_me:1",
    "",
  ),
  "cookie=0x1, duration=1s, table=1, n_packets=0, n_bytes=0, actions=multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[]),bundle(eth_src,0,hrw,ofport,slaves:4,8),sample(probability=1,collector_set_id=2),fin_timeout(idle_timeout=1),note:00.01,check_pkt_larger(1500)->NXM_NX_REG0[0],meter:3,write_actions(set_field:1->reg0,group:2),write_metadata:0x1/0xff,goto_table:9",
];

describe("parse and print", () => {
  it.each(LINES)("keeps %s", (line) => {
    expect(printFlow(parseFlow(line))).toBe(line);
  });

  it("reads the forms of OpenFlow 1.0", () => {
    const flow = parseFlow(
      " cookie=0x1, duration=2s, table=0, n_packets=3, n_bytes=4, idle_age=5, priority=2,dl_vlan=9 actions=strip_vlan,mod_vlan_vid:7,mod_dl_src:00:00:00:00:00:01,enqueue:3:4,NORMAL",
    );
    expect(flow).toMatchObject({ idleAge: 5, priority: 2, packets: 3 });
    expect(flow.actions.map((a) => a.kind)).toEqual(["pop_vlan", "set_vlan_vid", "mod", "enqueue", "output"]);
  });

  it("gives line, text and reason of what it cannot read, and goes on", () => {
    const { flows, errors } = parseFlowDump(
      "NXST_FLOW reply (xid=0x4):\n cookie=0x0, table=0, actions=NORMAL\n cookie=0x0, frobnicate=1 actions=drop\n nonsense\n priority=1,ip actions=fly_away\n priority=1,ip actions=ct(table=1\n",
    );
    expect(flows).toHaveLength(1);
    expect(errors.map((e) => e.line)).toEqual([3, 4, 5, 6]);
    expect(errors[0]?.reason).toContain("unknown field frobnicate");
    expect(errors[2]?.reason).toContain("unknown action fly_away");
  });

  it.each(["nw_src=300.0.0.1", "dl_src=1:2:3", "in_port=", "ct_state=+never", "tp_dst=70000", "dl_vlan=1/2"])(
    "refuses %s",
    (text) => {
      expect(() => parseMatch(text)).toThrow();
    },
  );

  it("bounds nesting", () => {
    expect(() => parseActions(`${"clone(".repeat(5000)}drop${")".repeat(5000)}`)).toThrow(/nested/);
  });

  it("keeps groups", () => {
    for (const line of [
      "group_id=1,type=select,selection_method=hash,fields(ip_src,eth_dst),bucket=bucket_id:1,weight:10,watch_port:2,actions=output:2,bucket=bucket_id:2,weight:0,watch_group:3,actions=drop",
      "group_id=2,type=ff,bucket=watch_port:1,actions=pop_vlan,output:1",
      "group_id=3,type=indirect,bucket=actions=set_field:1->reg0,resubmit(,4)",
    ])
      expect(printGroup(parseGroup(line))).toBe(line);
  });
});

const CARRIED = FIELDS.filter((f) => f.bits <= 128 && !f.name.startsWith("tun_metadata"));

function fieldValue(field: Field): fc.Arbitrary<{ value: string; mask?: string }> {
  const limit = (1n << BigInt(field.bits)) - 1n;
  const word = fc.bigInt({ min: 0n, max: limit });
  const words = (n: bigint): number[] => bigToWords(n, Math.max(32, field.bits)) as number[];
  if (field.format === "frag")
    return fc.constantFrom({ value: "no" }, { value: "yes" }, { value: "first" }, { value: "later" });
  if (field.format === "packet-type") return fc.constant({ value: "(1,0x800)" });
  if (field.format === "ct-state")
    return fc.constantFrom({ value: "+new+trk" }, { value: "-est" }, { value: "+rpl-inv+trk" });
  if (field.format === "port") return fc.integer({ min: 1, max: 60000 }).map((n) => ({ value: String(n) }));
  const plain = word.map((v) => formatFieldValue(field, words(v)));
  if (!field.maskable || field.format === "tcp-flags" || field.format === "tunnel-flags") return plain;
  return fc.oneof(
    plain,
    fc.tuple(word, word).map(([v, m]) => formatFieldValue(field, words(v & m), words(m))),
  );
}

const matchField: fc.Arbitrary<MatchField> = fc.oneof(
  fc.constantFrom("ip", "arp", "tcp6", "icmp", "mpls").map((name) => ({ name, value: "" })),
  fc.constantFrom(...CARRIED).chain((f) => fieldValue(f).map((v) => ({ name: f.aliases[0] ?? f.name, ...v }))),
);

const subfield: fc.Arbitrary<Subfield> = fc.oneof(
  fc.constantFrom(
    { field: "NXM_NX_REG3" },
    { field: "OXM_OF_METADATA" },
    { field: "NXM_OF_VLAN_TCI", from: 0, to: 11 },
  ),
  fc.nat(31).map((n) => ({ field: "NXM_NX_REG1", from: n, to: n })),
);

const port = fc.oneof(fc.integer({ min: 0, max: 60000 }), fc.constantFrom("IN_PORT", "LOCAL", "FLOOD", '"a b"'));

const simple: fc.Arbitrary<Action> = fc.oneof(
  port.map((p): Action => ({ kind: "output", port: p })),
  fc.nat(100).map((id): Action => ({ kind: "group", id })),
  fc.record({ kind: fc.constant("move" as const), source: subfield, target: subfield }),
  fc.record({
    kind: fc.constant("load" as const),
    value: fc.nat(255).map((n) => `0x${n.toString(16)}`),
    target: subfield,
  }),
  fc
    .constantFrom(...CARRIED.filter((f) => f.format !== "port"))
    .chain((f) => fieldValue(f).map((v): Action => ({ kind: "set_field", ...v, field: f.name }))),
  fc.record({ kind: fc.constant("resubmit" as const), port, table: fc.nat(254), ct: fc.boolean() }),
  fc.constantFrom<Action>(
    { kind: "dec_ttl" },
    { kind: "pop_vlan", word: "pop_vlan" },
    { kind: "word", word: "ct_clear" },
    { kind: "push_vlan", ethType: 0x88a8 },
  ),
  fc.record({
    kind: fc.constant("ct" as const),
    commit: fc.boolean(),
    force: fc.boolean(),
    table: fc.nat(254),
    zone: fc.oneof(fc.nat(65535), subfield),
  }),
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 5, arbitrary: simple },
  {
    weight: 1,
    arbitrary: fc.array(simple, { minLength: 1, maxLength: 3 }).map((actions): Action => ({ kind: "clone", actions })),
  },
);

const flow: fc.Arbitrary<Flow> = fc.record({
  table: fc.nat(254),
  priority: fc.nat(65535),
  cookie: fc.nat().map((n) => `0x${n.toString(16)}`),
  packets: fc.nat(),
  bytes: fc.nat(),
  duration: fc.nat(1_000_000).map((n) => n / 1000),
  idleTimeout: fc.nat(65535),
  hardTimeout: fc.nat(65535),
  flags: fc.subarray(["send_flow_rem", "reset_counts"]),
  match: fc.record({ fields: fc.array(matchField, { maxLength: 5 }) }),
  actions: fc.array(action, { maxLength: 5 }),
});

describe("properties", () => {
  it("parse(print(flow)) equals flow", () => {
    fc.assert(
      fc.property(flow, (f) => {
        expect(parseFlow(printFlow(f))).toEqual(f);
      }),
      { seed: 20261121, numRuns: 1000 },
    );
  });

  it("parse(print(actions)) equals actions", () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 6 }), (list) => {
        expect(parseActions(printActions(list))).toEqual(list);
      }),
      { seed: 20261121, numRuns: 1000 },
    );
  });

  it("reads every value that it formats", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CARRIED).chain((f) => fieldValue(f).map((v) => ({ f, v }))),
        ({ f, v }) => {
          expect(parseFieldValue(f, v.value, v.mask)).toBeDefined();
        },
      ),
      { seed: 20261121, numRuns: 2000 },
    );
  });

  it("never throws on mutated dumps", () => {
    const text = dumps("dump-flows").join("");
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.nat(300),
        fc.string({ maxLength: 8, unit: "binary" }),
        (at, cut, insert) => {
          const from = Math.max(0, at - 2000);
          parseFlowDump(text.slice(from, at) + insert + text.slice(at + cut, at + 2000));
        },
      ),
      { seed: 20261121, numRuns: 500 },
    );
  });
});
