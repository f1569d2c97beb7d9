/** The administrator's story: break something, find it by tracing, repair it; stop an agent, and let it catch up. */
import { expect, type Page, test } from "@playwright/test";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { visit } from "./support/visit.ts";

const CLOUD = "/clouds/embedded";
const API = { "x-underlay-request": "1" };

test.afterEach(async ({ request }) => {
  await request.delete("/api/clouds/embedded/faults?id=all");
  const agents = await (await request.get("/api/clouds/embedded/agents")).json();
  for (const { id, stopped } of agents)
    if (stopped) await request.post("/api/clouds/embedded/agents", { data: { id, run: true } });
});

async function inject(page: Page, kind: RegExp, place: string): Promise<void> {
  await page.getByRole("button", { name: kind }).click();
  await page.getByLabel("Where").selectOption(place);
  await page.getByRole("button", { name: "Break it" }).click();
  await expect(page.getByRole("list", { name: "Faults in place" })).toContainText(place);
}

test.describe("faults", () => {
  test("are put in, named by a trace, listed by the check, repaired by a button, and gone", async ({ page }) => {
    test.slow(); // The first look for places is hundreds of traces.
    await visit(page, `${CLOUD}/hosts/compute2`);
    await page.getByRole("link", { name: "Break it" }).click();
    await expect(page).toHaveURL(/\/faults\?host=compute2$/);
    await page.getByRole("button", { name: /^The guest's port is put into the dead VLAN/ }).click();
    await page.getByLabel("Where").selectOption("cirros-vm2");
    await expect(page.getByRole("region", { name: "Lines on compute2" })).toContainText(
      /ovs-vsctl set Port qvo\S+ tag=4095/,
    );
    await page.getByRole("button", { name: "Break it" }).click();
    const list = page.getByRole("list", { name: "Faults in place" });
    await expect(list).toContainText("cirros-vm2 · compute2");

    await list.getByRole("link", { name: "Trace it" }).click();
    await expect(page.getByText("DEAD_VLAN").first()).toBeVisible();

    await page.goto(`${CLOUD}/hosts`);
    await page
      .getByRole("row", { name: /compute2/ })
      .getByRole("link", { name: /difference/ })
      .click();
    await expect(page).toHaveURL(/\/check\?host=compute2$/);
    const section = page.getByRole("region", { name: "compute2" });
    await expect(section).toContainText("4095");
    await section.getByRole("button", { name: /^Repair of different OVS port qvo/ }).click();
    await expect(section.getByRole("region", { name: "Commands of the repair" })).toContainText("ovs-vsctl");
    await expectAccessible(page);
    await section.getByRole("button", { name: "Apply the repair" }).click();
    await expect(page.getByRole("heading", { name: "Nothing differs" })).toBeVisible();

    await page.goto(`${CLOUD}/faults`);
    await expect(list).toContainText("mended by something else since");
    await list.getByRole("button", { name: /^Forget dead-vlan/ }).click();
    await expect(list).toBeHidden();
    await page.goto(`${CLOUD}/trace?from=cirros-vm1&to=cirros-vm2`);
    await expect(page.getByText("DELIVERED").first()).toBeVisible();
  });

  test("mark the device in its host's picture, and are taken back where they were put in", async ({ page }) => {
    test.slow();
    const check = await page.context().newPage();
    await visit(check, `${CLOUD}/check`);
    await expect(check.getByRole("heading", { name: "Nothing differs" })).toBeVisible();
    await visit(page, `${CLOUD}/faults?q=wrong-tag`);
    await inject(page, /^The guest's port has another tag/, "cirros-vm2");
    await expect(check.getByRole("region", { name: "compute2" })).toContainText("tag");
    await page.goto(`${CLOUD}/hosts/compute2`);
    await expect(page.getByRole("link", { name: "1 difference" })).toBeVisible();
    await expect(
      page.getByRole("group", { name: /^Devices of/ }).getByRole("button", { name: /Not as Neutron wants it/ }),
    ).not.toHaveCount(0);
    await page.getByRole("button", { name: "Commands" }).click();
    const commands = page.getByRole("complementary", { name: "Commands of compute2" });
    await expect(commands.getByRole("heading", { name: /by hand/ }).first()).toBeVisible();
    await expect(commands.getByText(/^ovs-vsctl set Port qvo\S+ tag=77$/).first()).toBeVisible();
    await page.goto(`${CLOUD}/faults`);
    await page.getByRole("button", { name: /^Undo wrong-tag/ }).click();
    await expect(page.getByText("Nothing was broken by hand.")).toBeVisible();
    await expect(check.getByRole("heading", { name: "Nothing differs" })).toBeVisible();
  });

  test("cannot be put into a recording, which has neither page nor entry", async ({ page }) => {
    expect((await page.goto("/clouds/legacy/faults"))?.status()).toBe(404);
    await visit(page, "/clouds/legacy/check");
    await expect(page.getByRole("heading", { name: "Nothing differs" })).toBeVisible();
    await expect(page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Faults" })).toHaveCount(0);
    await expect(page.getByText("not checked: no agent reports from it")).toBeVisible();
  });
});

test("a stopped agent builds nothing, is seen on its host, and catches up when it is started", async ({
  page,
  request,
}) => {
  const { networks } = await (await request.get("/networking/v2.0/networks?name=vxlan10", { headers: API })).json();
  await visit(page, `${CLOUD}/agents`);
  await page.getByRole("button", { name: "Stop DHCP agent of network1" }).click();
  await expect(page.getByRole("row", { name: /DHCP agent network1/ })).toContainText("Stopped");
  const made = await request.post("/networking/v2.0/ports", {
    headers: API,
    data: { port: { network_id: networks[0].id, name: "late" } },
  });
  expect(made.status()).toBe(201);
  const { port } = await made.json();

  await page.goto(`${CLOUD}/hosts/network1?pane=commands`);
  await expect(page.getByText("DHCP agent not running")).toBeVisible();
  const commands = page.getByRole("complementary", { name: "Commands of network1" });
  await commands.getByRole("textbox", { name: "Filter the commands" }).fill(port.mac_address);
  await expect(commands.getByRole("heading", { name: /^(No command has all of this|Nothing was run)$/ })).toBeVisible();
  await page.goto(`${CLOUD}/check`);
  const differing = page.getByRole("region", { name: "network1" });
  await expect(differing).toContainText(port.mac_address);
  await expect(differing).toContainText("waits for the DHCP agent to run");
  await expect(differing.getByRole("link", { name: `qdhcp-${networks[0].id}` }).first()).toBeVisible();

  await page.goto(`${CLOUD}/agents`);
  await page.getByRole("button", { name: "Start DHCP agent of network1" }).click();
  await expect(page.getByRole("button", { name: "Stop DHCP agent of network1" })).toBeVisible();
  await page.goto(`${CLOUD}/check`);
  await expect(page.getByRole("heading", { name: "Nothing differs" })).toBeVisible();
  await page.goto(`${CLOUD}/hosts/network1?pane=commands&q=${port.mac_address}`);
  await expect(commands.getByRole("region", { name: "Commands" }).last()).toContainText(port.mac_address);
  await expect(commands).toContainText("started agent");
  await request.delete(`/networking/v2.0/ports/${port.id}`, { headers: API });
});

test("flows of all hosts are searched at once, by what was typed before the page lived, and open in their bridge", async ({
  page,
}) => {
  const scripts = Promise.withResolvers<void>();
  await page.route("**/_next/static/**/*.js", (route) => scripts.promise.then(() => route.continue()));
  await page.goto(`${CLOUD}/hosts`, { waitUntil: "commit" });
  await page.getByRole("textbox", { name: "Search the flows of all hosts" }).fill("table=0 dl_vlan=4095");
  scripts.resolve();
  const found = page.getByRole("region", { name: "Flows of all hosts" });
  await expect(found.getByRole("heading", { name: /compute1/ })).toBeVisible();
  await expect(found.getByRole("heading", { name: /network1/ })).toBeVisible();
  await expectAccessible(page);
  await found
    .getByRole("link", { name: /^br-int table 0/ })
    .first()
    .click();
  const details = page.getByRole("complementary", { name: "Details" });
  await expect(details.getByText(/^1 of \d+$/)).toBeVisible();
  await details.getByRole("tab", { name: "Commands" }).click();
  await expect(details.getByRole("textbox", { name: "Filter the commands" })).toBeVisible();
});

test("a host is exported as the script that builds it", async ({ page }) => {
  await visit(page, `${CLOUD}/hosts/compute1`);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Export as script" }).click();
  expect((await downloading).suggestedFilename()).toBe("compute1.sh");
});

test("the administrator's pages leave nothing for axe to find", async ({ page }) => {
  test.slow();
  for (const [url, ready] of [
    [`${CLOUD}/check`, "Nothing differs"],
    [`${CLOUD}/faults?kind=dead-vlan`, "Break it"],
    [`${CLOUD}/agents`, "Stop DHCP agent of network1"],
    ["/clouds/legacy/agents", "Agents"],
    [`${CLOUD}/hosts/compute1?pane=commands`, "Show the oldest first"],
  ] as const) {
    await page.goto(url);
    await expect(
      page.getByRole("button", { name: ready }).or(page.getByRole("heading", { name: ready })),
    ).toBeVisible();
    await expectAccessibleInBothThemes(page);
  }
});
