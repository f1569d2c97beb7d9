import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { visit } from "./support/visit.ts";

const details = (page: Page) => page.getByRole("complementary", { name: "Details" });
const device = (page: Page, name: string | RegExp) =>
  page.getByRole("group", { name: /^Devices of/ }).getByRole("button", { name });

test.describe("hosts", () => {
  test("are listed with their roles, agents, flows and age", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts");
    const row = page.getByRole("row", { name: /compute1/ });
    await expect(row).toContainText("compute");
    await expect(row).toContainText("10.0.44.31");
    await expect(row).toContainText("68");
    await expect(page.getByRole("row", { name: /outside/ })).toContainText("no agent");
    await expectAccessible(page);
    await page.getByRole("link", { name: "compute1" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "compute1" })).toBeVisible();
  });

  test("show every device, its network and its local VLAN", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1");
    await expect(device(page, /^qvocb9bcee4-5d, tag 1 · vxlan10, veth to br-int, cirros-vm1/)).toBeVisible();
    await expect(device(page, /^br-int, OVS bridge/)).toBeVisible();
    await expect(device(page, /^vxlan-0a002c20, to compute2, tunnel port/)).toBeVisible();
    await expect(device(page, /./)).toHaveCount(38);
    await visit(page, "/clouds/dvr/hosts/network1");
    await expect(device(page, /^qrouter-6318f426, router10_11, namespace/)).toBeVisible();
    await expect(device(page, /^sg-.*, router10_11 SNAT on vxlan10, tag 1/)).toBeVisible();
    await visit(page, "/clouds/dvr/hosts/outside");
    await expect(device(page, /^eth0, .*network card/)).toBeVisible();
  });

  test("open a device's flows, filter them, and keep it all in the URL", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1");
    await device(page, /^br-int, OVS bridge/).click({ position: { x: 20, y: 12 } });
    await details(page)
      .getByRole("tab", { name: /^Flows/ })
      .click();
    const flows = details(page).getByRole("region", { name: "Flows" });
    await expect(flows.getByRole("heading", { name: /table 0 LOCAL_SWITCHING/ })).toBeVisible();
    await expect(flows).toContainText("priority=65535,dl_vlan=4095");
    await expect(flows).toContainText("dead VLAN");
    await details(page).getByRole("textbox", { name: "Filter the flows" }).fill("table=24 in_port=4");
    await expect(details(page).getByText(/^2 of 37$/)).toBeVisible();
    await expect(flows.getByRole("heading")).toHaveCount(1);
    await expect(page).toHaveURL(/device=root%2Fbr-int.*tab=flows.*q=table%3D24\+in_port%3D4/);
    const url = page.url();
    await visit(page, "/clouds/legacy/hosts");
    await visit(page, url);
    await expect(details(page).getByRole("textbox", { name: "Filter the flows" })).toHaveValue("table=24 in_port=4");
    await expect(flows.getByRole("heading")).toHaveCount(1);
  });

  test("press a table of the pipeline to see its flows alone", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1?device=root%2Fbr-tun&tab=flows");
    await details(page)
      .getByRole("button", { name: /^Table 21 .* ARP_RESPONDER$/ })
      .click();
    const tables = details(page).getByRole("region", { name: "Flows" }).getByRole("heading");
    await expect(tables).toHaveText([/table 21 ARP_RESPONDER/]);
  });

  test("lead through the firewall from a port's own chain to what it jumps to", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1");
    await device(page, /^cirros-vm5, .*guest/).click();
    await details(page).getByRole("tab", { name: "Firewall" }).click();
    const rules = details(page).getByRole("region", { name: "Rules" });
    await expect(rules.getByRole("heading").first()).toContainText("neutron-openvswi-i1f69615b-9");
    await rules.getByRole("button", { name: "neutron-openvswi-sg-fallback" }).first().click();
    await expect(rules.getByRole("heading", { name: /neutron-openvswi-sg-fallback/ })).toBeInViewport();
    await expect(page).toHaveURL(/chain=/);
  });

  test("go back and forward between devices", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1");
    await device(page, /^cirros-vm1, .*guest/).click();
    await expect(details(page).getByRole("heading", { level: 2, name: "cirros-vm1" })).toBeVisible();
    await details(page).getByRole("button", { name: "tapcb9bcee4-5d" }).click();
    await expect(details(page).getByRole("heading", { level: 2, name: "tapcb9bcee4-5d" })).toBeVisible();
    await page.goBack();
    await expect(details(page).getByRole("heading", { level: 2, name: "cirros-vm1" })).toBeVisible();
    await page.goBack();
    await expect(details(page)).toHaveCount(0);
    await page.goForward();
    await expect(details(page).getByRole("heading", { level: 2, name: "cirros-vm1" })).toBeVisible();
  });

  test("work with the keyboard alone: along links, open, read, close", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1");
    await device(page, /^cirros-vm1, .*guest/).focus();
    await page.keyboard.press("ArrowRight");
    await expect(device(page, /^tapcb9bcee4-5d/)).toBeFocused();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect(device(page, /^qvocb9bcee4-5d/)).toBeFocused();
    await page.keyboard.press("ArrowDown");
    await expect(device(page, /^qvo762569f4-9f/)).toBeFocused();
    await page.keyboard.press("Enter");
    await expect(details(page).getByRole("heading", { level: 2, name: "qvo762569f4-9f" })).toBeVisible();
    await details(page).getByRole("tab", { name: "Summary" }).focus();
    await page.keyboard.press("ArrowRight");
    await expect(details(page).getByRole("region", { name: "Flows" })).toContainText("cirros-vm4");
    await page.keyboard.press("Escape");
    await expect(details(page)).toHaveCount(0);
  });

  test("give the same as a table", async ({ page }) => {
    await visit(page, "/clouds/dvr/hosts/compute1");
    await page.getByRole("radio", { name: "Table" }).click();
    const row = page.getByRole("row", { name: /qvocb9bcee4-5d/ }).filter({ hasText: "br-int" });
    await expect(row).toContainText("vxlan10");
    await expect(row).toContainText("qvbcb9bcee4-5d");
    await expect(page).toHaveURL(/view=table/);
    await row.getByRole("button", { name: "qvocb9bcee4-5d" }).click();
    await expect(details(page).getByRole("heading", { level: 2, name: "qvocb9bcee4-5d" })).toBeVisible();
    await expectAccessible(page);
  });

  test("show leases, routes and what the terminal printed", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/network1");
    await device(page, /^tapbd9a34aa-0e/).click();
    await details(page).getByRole("tab", { name: "Leases" }).click();
    await expect(details(page)).toContainText("fa:16:3e:9f:93:e4 172.16.11.208");
    await details(page).getByRole("tab", { name: "Routes" }).click();
    await expect(details(page)).toContainText("172.16.11.0/24 dev tapbd9a34aa-0e");
    await details(page).getByRole("tab", { name: "Raw" }).click();
    await expect(details(page).getByRole("combobox", { name: "Recorded command" })).toBeVisible();
  });

  test("say what failed, and how to go on, when a link leads to no device", async ({ page }) => {
    await visit(page, "/clouds/legacy/hosts/compute1?device=root%2Fgone0");
    await expect(details(page).getByRole("alert")).toContainText("compute1 has no device “gone0” in root.");
    await details(page).getByRole("button", { name: "Close the details" }).click();
    await expect(details(page)).toHaveCount(0);
  });

  for (const [what, url] of [
    ["a host", "/clouds/dvr/hosts/network1"],
    ["flows", "/clouds/legacy/hosts/compute1?device=root%2Fbr-int&tab=flows"],
    ["a firewall", "/clouds/legacy/hosts/compute1?device=guest%3Acirros-vm5%2Feth0&tab=firewall"],
    ["a port", "/clouds/legacy/hosts/compute1?device=root%2Fqvocb9bcee4-5d"],
    ["learnt MACs", "/clouds/legacy/hosts/compute1?device=root%2Fbr-int&tab=fdb"],
    ["raw output", "/clouds/legacy/hosts/compute1?device=root%2Fbr-int&tab=raw"],
  ] as const)
    test(`leave nothing for axe to find: ${what}`, async ({ page }) => {
      await visit(page, url);
      if (url.includes("device=")) await expect(details(page).getByRole("tabpanel")).toBeVisible();
      await expectAccessibleInBothThemes(page);
    });
});
