import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import type { NeutronPort } from "../lib/api/neutron.ts";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { bundle, editApi } from "./support/bundle.ts";
import { visit } from "./support/visit.ts";

const details = (page: Page) => page.getByRole("complementary", { name: "Details" });
const instance = (page: Page, name: string) => page.getByRole("button", { name: `Instance ${name} ` });

const pickBar = (page: Page) => page.getByRole("region", { name: "Ends of a trace" });

test("names, addresses and floating IPs are readable without a click", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  const picture = page.getByRole("group", { name: "Topology" });
  for (const text of [
    "extern_net",
    "vxlan10",
    "172.16.10.0/24",
    "router10_11",
    "172.24.4.110 · SNAT",
    "cirros-vm1",
    "172.16.10.237",
  ])
    await expect(picture.getByText(text).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Floating IP 172.24.4.97" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Network vlan1000 172\.16\.100\.0\/24 .*no router/ })).toBeVisible();
});

test("the first paint is the picture: it is in the HTML that the server sends", async ({ page }) => {
  expect(await (await page.request.get("/clouds/legacy/topology")).text()).toContain("Instance cirros-vm1 ");
});

test("a selection has details, is a URL, and back and forward walk over it", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  await instance(page, "cirros-vm1").click();
  await expect(details(page).getByRole("heading", { name: "cirros-vm1" })).toBeVisible();
  await expect(details(page)).toContainText("fa:16:3e:5f:49:6f");
  await expect(page).toHaveURL(/sel=0a3c64a0/);
  await page.getByRole("button", { name: /^Router router10_11/ }).click();
  await expect(details(page).getByRole("heading", { name: "router10_11" })).toBeVisible();
  await page.goBack();
  await expect(details(page).getByRole("heading", { name: "cirros-vm1" })).toBeVisible();
  await expect(instance(page, "cirros-vm1")).toHaveAttribute("aria-pressed", "true");
  await page.goBack();
  await expect(details(page).getByRole("heading", { name: "Nothing selected" })).toBeVisible();
  await page.goForward();
  await expect(details(page).getByRole("heading", { name: "cirros-vm1" })).toBeVisible();
});

test("a link reopens the same view", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  await page.getByRole("button", { name: /^Network vxlan11/ }).click();
  await page.getByRole("radio", { name: "Table" }).click();
  const address = page.url();
  await page.goto("about:blank");
  await visit(page, address);
  await expect(page.getByRole("table", { name: "Instances" })).toBeVisible();
  await expect(details(page).getByRole("heading", { name: "vxlan11", exact: true })).toBeVisible();
  await expect(page.getByRole("button", { name: "vxlan11" })).toHaveAttribute("aria-pressed", "true");
});

test("the pointer lights the neighbours", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  await instance(page, "cirros-vm1").hover();
  const opacity = (name: RegExp) =>
    page.getByRole("button", { name }).evaluate((node) => Number(getComputedStyle(node).opacity));
  await expect.poll(() => opacity(/^Instance cirros-vm3 /)).toBeLessThan(1);
  expect(await opacity(/^Network vxlan10 /)).toBe(1);
  expect(await opacity(/^Floating IP 172/)).toBe(1);

  // What the wheel moves under it is not pointed at, until it rests.
  const picture = page.getByRole("group", { name: "Topology" });
  const passing = await picture.evaluate((svg) => {
    svg.dispatchEvent(new WheelEvent("wheel", { bubbles: true, deltaY: 40 }));
    return getComputedStyle(svg).pointerEvents;
  });
  expect(passing).toBe("none");
  await expect(picture).toHaveCSS("pointer-events", "auto");
});

test("an instance leads to a trace from it and to it", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  await instance(page, "cirros-vm3").click();
  await expect(details(page).getByRole("link", { name: "Trace to here" })).toHaveAttribute(
    "href",
    /\/clouds\/legacy\/trace\?to=/,
  );
  await details(page).getByRole("link", { name: "Trace from here" }).click();
  await expect(page).toHaveURL(/\/clouds\/legacy\/trace\?from=/);
});

test("Ctrl-K finds an instance by a part of its MAC and selects it", async ({ page }) => {
  await visit(page, "/clouds/dvr/instances");
  await page.keyboard.press("Control+k");
  const box = page.getByRole("combobox", { name: "Find" });
  await expect(box).toBeFocused();
  await box.fill("5f:49:6f");
  await expect(page.getByRole("option", { name: /cirros-vm1.*instance/ })).toBeVisible();
  await expectAccessible(page);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/clouds\/dvr\/topology\?sel=/);
  await expect(details(page).getByRole("heading", { name: "cirros-vm1" })).toBeVisible();
  await page.keyboard.press("Control+k");
  await box.fill("no such thing");
  await expect(page.getByText("Nothing in this cloud matches")).toBeVisible();
});

test("the keyboard alone: to an instance, select, trace, back, nothing selected", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  const target = instance(page, "cirros-vm2");
  for (let i = 0; i < 40 && !(await target.evaluate((node) => node === document.activeElement)); i++)
    await page.keyboard.press("Tab");
  await expect(target).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(details(page).getByRole("heading", { name: "cirros-vm2" })).toBeVisible();
  await page.keyboard.press("t");
  await expect(pickBar(page)).toContainText("Trace from cirros-vm2");
  await expect(target).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.press("Escape");
  await expect(pickBar(page)).toBeHidden();
  await expect(target).toBeFocused();
  for (const above of ["Control+k", "?"]) {
    await page.keyboard.press(above);
    await expect(page.getByRole("dialog")).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(target).toBeFocused();
  }
  await page.keyboard.press("t");
  await expect(pickBar(page)).toContainText("Trace from cirros-vm2");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter"); // The next instance of the network.
  await expect(page).toHaveURL(/\/trace\?from=cirros-vm2&to=cirros-vm4/);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("cirros-vm4");
  await page.goBack();
  await expect(pickBar(page)).toBeVisible();
  await page.goBack();
  await expect(details(page).getByRole("heading", { name: "cirros-vm2" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(details(page).getByRole("heading", { name: "Nothing selected" })).toBeVisible();
});

test("the ends of a trace are clicked in the picture; an object of several addresses asks which", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  await page.getByRole("button", { name: "Trace", exact: true }).click();
  await expect(pickBar(page)).toContainText("click where the ping starts");
  await expect(pickBar(page)).toBeFocused();
  await page.getByRole("button", { name: /^Network vlan1000 / }).click();
  await expect(pickBar(page)).toContainText(/Trace from 172\.16\.100\.\d+ on vlan1000: click where it goes/);
  await page.getByRole("button", { name: /^Router router10_11 / }).click();
  await expect(pickBar(page).getByRole("button", { name: "172.16.10.1 vxlan10" })).toBeFocused();
  await expectAccessibleInBothThemes(page);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Network extern_net / }).click();
  await pickBar(page).getByRole("textbox", { name: "Any address" }).fill("8.8.8.8");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/trace\?from=[0-9a-f-]+&to=8\.8\.8\.8$/);
  await expect(page.getByRole("region", { name: "Verdict" })).toBeVisible();
});

test("zoom is kept in the URL, and fits again", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  const width = async () => (await page.getByRole("group", { name: "Topology" }).boundingBox())?.width ?? 0;
  const fitted = await width();
  await page.getByRole("button", { name: "Zoom in" }).click();
  await expect.poll(width).toBeGreaterThan(fitted);
  await expect(page).toHaveURL(/zoom=/);
  await page.getByRole("button", { name: "Fit the picture" }).click();
  await expect.poll(width).toBe(fitted);
});

test("the theme is a choice that lasts, and is in the first byte", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.getByRole("button", { name: "Use the dark theme" }).click();
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload();
  expect(await background()).toBe(dark);
  expect(await (await page.request.get("/clouds")).text()).toContain('data-theme="dark"');
});

test("the picture exports as SVG and PNG that stand alone", async ({ page }) => {
  await visit(page, "/clouds/legacy/topology");
  const save = async (name: string) => {
    await page.getByRole("button", { name: "Export" }).click();
    const file = page.waitForEvent("download");
    await page.getByRole("menuitem", { name }).click();
    return readFileSync(await (await file).path());
  };
  const svg = (await save("As SVG")).toString();
  expect(svg.includes("cirros-vm1")).toBe(true);
  expect(svg.includes("@font-face")).toBe(true);
  expect(/var\(--|url\("?(?!data:)/.exec(svg)?.[0]).toBeUndefined();
  const png = await save("As PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.length).toBeGreaterThan(20_000);
});

test("a cloud of 2,000 instances rolls up, and groups open", async ({ page }) => {
  const big = bundle("big", (dir) =>
    editApi<NeutronPort>(dir, "ports.json", (ports) => {
      const model = ports.find((port) => port.name === "cirros-vm1");
      if (!model) throw new Error("the demo cloud has a cirros-vm1");
      return [...ports, ...Array.from({ length: 2000 }, (_, i) => copyOf(model, i))];
    }),
  );
  await visit(page, "/clouds");
  await page.getByLabel("Bundle file").setInputFiles(big);
  await page.getByRole("link", { name: "Show its topology" }).click();
  const group = page.getByRole("button", { name: /^Group web-… × 2000 .*20 down/ });
  await expect(group).toBeVisible();
  await group.click();
  await expect(page.locator(":focus")).toHaveAccessibleName(/^Group web-0 … web-59/);
  await page.keyboard.press("Enter");
  await expect(page.locator(":focus")).toHaveAccessibleName(/^Instance web-/);
  await expect(page.getByRole("button", { name: /^Instance web-17 / })).toBeVisible();
  expect(await page.getByRole("group", { name: "Topology" }).getByRole("button").count()).toBeLessThan(300);
  await page.goBack();
  await page.goBack();
  await expect(group).toBeVisible();
  const cloud = page.url().split("/")[4];
  await page.request.delete(`/api/clouds/${cloud}`);
});

test("hostile names are text, here and in an exported picture", async ({ page }) => {
  const name = `<img src=x onerror="document.title='owned'"> "'\n&amp; \u202Eevil`;
  const hostile = bundle("hostile", (dir) => {
    for (const file of ["networks.json", "routers.json", "security-groups.json", "nova-servers-detail.json"])
      editApi<{ name: string }>(dir, file, (list) => list.map((one) => ({ ...one, name })));
  });
  await visit(page, "/clouds");
  await page.getByLabel("Bundle file").setInputFiles(hostile);
  await page.getByRole("link", { name: "Show its topology" }).click();
  await page.getByRole("button", { name: /^Router <img/ }).click();
  await expect(details(page).getByRole("heading", { name: "<img src=x" })).toBeVisible();
  const cloud = page.url().split("/")[4];
  for (const list of ["instances", "networks", "security-groups"]) {
    await visit(page, `/clouds/${cloud}/${list}`);
    await expect(page.getByRole("button", { name: "<img src=x" }).first()).toBeVisible();
  }
  expect(await page.title()).not.toContain("owned");
  await page.request.delete(`/api/clouds/${cloud}`);
});

const LISTS = [
  { path: "instances", title: "Instances", filter: "vm3", row: "cirros-vm3", detail: "172.16.11.208" },
  { path: "networks", title: "Networks", filter: "vlan", row: "vlan1000", detail: "172.16.100.1" },
  { path: "routers", title: "Routers", filter: "router", row: "router10_11", detail: "172.16.10.1" },
  { path: "security-groups", title: "Security groups", filter: "noicmp", row: "noicmp", detail: "Lets in" },
  { path: "floating-ips", title: "Floating IPs", filter: "172", row: "172.24.4.97", detail: "cirros-vm1" },
];

for (const { path, title, filter, row, detail } of LISTS)
  test(`${title}: a list to filter, with details`, async ({ page }) => {
    await visit(page, "/clouds/legacy/topology");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: title }).click();
    await expect(page).toHaveURL(`/clouds/legacy/${path}`);
    await page.getByRole("searchbox").fill(filter);
    await page.getByRole("table", { name: title }).getByRole("button", { name: row }).click();
    await expect(details(page)).toContainText(detail);
    await expectAccessible(page);
    await page.getByRole("searchbox").fill("zzz");
    await expect(page.getByRole("heading", { name: "Nothing matches" })).toBeVisible();
    await page.reload();
    await expect(page.getByRole("searchbox")).toHaveValue("zzz");
  });

for (const view of ["picture", "table"])
  test(`axe finds nothing in the topology: ${view}`, async ({ page }) => {
    await visit(page, `/clouds/dvr/topology${view === "table" ? "?view=table" : ""}`);
    await page.getByRole("button", { name: /cirros-vm1/ }).click();
    await expect(details(page).getByRole("heading", { name: "cirros-vm1" })).toBeVisible();
    await page.mouse.move(5, 5);
    await expectAccessibleInBothThemes(page);
  });

function copyOf(model: NeutronPort, i: number): NeutronPort {
  const hex = i.toString(16).padStart(12, "0");
  return {
    ...model,
    id: `00000000-0000-4000-8000-${hex}`,
    device_id: `00000000-0000-4000-9000-${hex}`,
    name: `web-${i}`,
    status: i % 100 === 0 ? "DOWN" : "ACTIVE",
    fixed_ips: model.fixed_ips.map((ip) => ({ ...ip, ip_address: `172.16.10.${(i % 200) + 20}` })),
  };
}
