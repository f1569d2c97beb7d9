import { expect, test } from "vitest";
import { parseActions } from "../../net/openflow/parse-actions.ts";
import { printActions } from "../../net/openflow/print.ts";
import { asOpenFlow10 } from "./openflow10.ts";

/** What `ovs-ofctl dump-flows` of Open vSwitch 3.1 printed, with `-O OpenFlow13` and without. */
const TOLD: readonly (readonly [string, string])[] = [
  ["goto_table:1", "resubmit(,1)"],
  ["set_field:10.0.0.2->ip_src,dec_ttl,output:1", "mod_nw_src:10.0.0.2,dec_ttl,output:1"],
  ["push_vlan:0x8100,set_field:4097->vlan_vid,goto_table:9", "mod_vlan_vid:1,resubmit(,9)"],
  ["pop_vlan,set_field:0xa->tun_id,output:1,output:2", "strip_vlan,load:0xa->NXM_NX_TUN_ID[],output:1,output:2"],
  ["resubmit(,3),load:0x1->NXM_NX_REG3[0],set_queue:0", "resubmit(,3),load:0x1->NXM_NX_REG3[0],set_queue:0"],
  [
    "set_field:2->arp_op,move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],set_field:fa:16:3e:b8:01:78->arp_sha,set_field:172.16.10.2->arp_spa,set_field:fa:16:3e:b8:01:78->eth_src,IN_PORT",
    "load:0x2->NXM_OF_ARP_OP[],move:NXM_NX_ARP_SHA[]->NXM_NX_ARP_THA[],load:0xfa163eb80178->NXM_NX_ARP_SHA[],load:0xac100a02->NXM_OF_ARP_SPA[],mod_dl_src:fa:16:3e:b8:01:78,IN_PORT",
  ],
];

test.each(TOLD)("%s", (newer, older) => {
  expect(printActions(asOpenFlow10(parseActions(newer)))).toBe(older);
});
