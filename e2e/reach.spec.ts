/** Who reaches whom, what was traced before, and what a repair would make of it. */
import { type APIRequestContext, expect, test } from "@playwright/test";
import { expectAccessible, expectAccessibleInBothThemes } from "./support/axe.ts";
import { logIn, NOBODY } from "./support/login.ts";
import { visit } from "./support/visit.ts";

const CLOUD = "/clouds/embedded";
const FAULTS = "/api/clouds/embedded/faults";
const TRACES = "/api/clouds/embedded/traces";

test.afterEach(async ({ request }) => {
  await request.delete(`${FAULTS}?id=all`);
});

async function breakVm2(request: APIRequestContext): Promise<string> {
  const answer = await request.post(FAULTS, { data: { kind: "dead-vlan", place: "cirros-vm2" } });
  expect(answer.status(), await answer.text()).toBe(201);
  return (await answer.json()).id;
}

test("the matrix shows the pair that is blocked, and opens its trace", async ({ page, request }) => {
  test.slow();
  await breakVm2(request);
  await visit(page, `${CLOUD}/topology`);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Reachability" }).click();
  const matrix = page.getByRole("table", { name: "Reachability, from rows to columns" });
  const blocked = matrix.getByRole("link", { name: "cirros-vm1 to cirros-vm2: Dropped, DEAD_VLAN" });
  await expect(blocked).toBeVisible();
  await expect(page.getByRole("button", { name: "Trace again" })).toBeEnabled({ timeout: 60_000 });
  await expect(matrix.getByRole("link", { name: "cirros-vm1 to cirros-vm4: Delivered, DELIVERED" })).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: /^Failing only/ }).click();
  await expect(matrix.getByRole("rowheader", { name: "cirros-vm1" })).toBeVisible();
  await page.getByText("List", { exact: true }).click();
  const list = page.getByRole("table", { name: "Pairs" });
  const rows = list.getByRole("row");
  await expect(rows.filter({ hasText: /^cirros-vm1\s*cirros-vm2.*DEAD_VLAN/ })).toBeVisible();
  await expect(rows.filter({ hasText: "Delivered" })).toHaveCount(0);
  await page.getByText("Matrix", { exact: true }).click();

  await blocked.focus();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowLeft");
  await expect(blocked).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/trace\?from=/);
  await expect(page.getByRole("region", { name: "Verdict" })).toContainText("DEAD_VLAN");
});

test("a TCP port is asked for by its number, one network's instances alone, and again when the cloud has changed", async ({
  page,
  request,
}) => {
  await visit(page, `${CLOUD}/reachability`);
  await page.getByLabel("Instances").selectOption({ label: "vxlan10" });
  await page.getByText("TCP", { exact: true }).click();
  await expect(page.getByRole("heading", { name: "Which TCP port?" })).toBeVisible();
  await page.getByRole("textbox", { name: "Port" }).fill("22");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: /^cirros-vm1 to cirros-vm2: Delivered/ })).toBeVisible();
  await expect(page).toHaveURL(/proto=tcp.*dport=22|dport=22.*proto=tcp/);
  await expect(page.getByRole("button", { name: "Trace again" })).toBeEnabled();
  await breakVm2(request);
  await expect(page.getByText("The cloud has changed since")).toBeVisible();
  await page.getByRole("button", { name: "Run again" }).click();
  await expect(page.getByRole("link", { name: "cirros-vm1 to cirros-vm2: Dropped, DEAD_VLAN" })).toBeVisible();
});

test("nothing of a page moves while a matrix or a trace comes", async ({ page }) => {
  await page.addInitScript(() => {
    interface Shift extends PerformanceEntry {
      readonly value: number;
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    }
    const shifts: { by: number; of: (string | undefined)[] }[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const { hadRecentInput, value, sources } of list.getEntries() as Shift[])
        if (!hadRecentInput) shifts.push({ by: value, of: sources.map(({ node }) => node?.textContent?.slice(0, 80)) });
    }).observe({ type: "layout-shift", buffered: true });
  });
  const expectStill = async () => {
    const shifts = await page.evaluate(() => (window as unknown as { shifts: { by: number }[] }).shifts);
    const moved = shifts.reduce((sum, { by }) => sum + by, 0);
    expect(moved, JSON.stringify(shifts)).toBeLessThan(0.02);
  };
  await page.setViewportSize({ width: 1024, height: 900 });
  await visit(page, `${CLOUD}/reachability`);
  await expect(page.getByRole("button", { name: "Trace again" })).toBeEnabled({ timeout: 60_000 });
  await expectStill();
  await page.setViewportSize({ width: 390, height: 844 });
  await visit(page, `${CLOUD}/trace?from=cirros-vm1&to=cirros-vm5`);
  await expect(page.getByRole("button", { name: /^(Try the repair|No repair to try)$/ })).toBeEnabled();
  await expectStill();
});

test("a trace is remembered, run again after a change, and its other hop is named", async ({ page, request }) => {
  test.slow();
  await request.delete(`${TRACES}?id=all`);
  const fault = await breakVm2(request);
  await visit(page, `${CLOUD}/trace?from=cirros-vm1&to=cirros-vm2`);
  const verdict = page.getByRole("region", { name: "Verdict" });
  await expect(verdict).toContainText("DEAD_VLAN");

  await verdict.getByRole("button", { name: "Try the repair" }).click();
  const tried = verdict.getByRole("region", { name: "The repair, tried" });
  await expect(tried).toContainText("DELIVERED");
  await expect(tried).toContainText(/ovs-vsctl set Port qvo/);
  await expectAccessible(page);

  // Behind that fault lies a security group: both are mended.
  const both = await request.get(`/api${CLOUD}/whatif?from=cirros-vm2&to=cirros-vm5&proto=icmp`);
  expect(await both.json()).toMatchObject({
    repair: {
      scripts: [
        { host: "compute2", script: expect.stringContaining("ovs-vsctl set Port qvo") },
        { script: expect.stringContaining("openstack security group rule create --ingress") },
      ],
      code: "DELIVERED",
    },
  });

  await request.delete(`${FAULTS}?id=${fault}`);
  await expect(page.getByText("The cloud has changed since")).toBeVisible();
  await page.getByRole("link", { name: "History" }).click();
  const row = page.getByRole("row", { name: /cirros-vm1 to cirros-vm2.*DEAD_VLAN/ });
  await expect(row).toBeVisible();
  await expectAccessible(page);
  await row.getByRole("button", { name: "Run again and compare: cirros-vm1 to cirros-vm2" }).click();
  await expect(page).toHaveURL(/\/traces\/compare\?a=.+&b=.+/);
  await expect(page.getByRole("region", { name: "Earlier" })).toContainText("DEAD_VLAN");
  await expect(page.getByRole("region", { name: "Later" })).toContainText("DELIVERED");
  await expect(page.getByText(/^They part at hop \d+ of the /)).toBeVisible();
  const first = page.getByRole("row", { name: /first difference/ }).first();
  await expect(first).toContainText("compute2");
  const between = page.getByRole("region", { name: "Between the two" });
  await expect(between).toContainText("undo fault dead-vlan: cirros-vm2");
  await expect(between).toContainText("ovs-vsctl");
  await expectAccessible(page);

  await page.getByRole("link", { name: "All traces" }).click();
  await expect(page.getByRole("row", { name: /cirros-vm1 to cirros-vm2/ })).toHaveCount(2);
  await page.getByRole("searchbox", { name: "Filter the traces" }).fill("dead");
  await expect(page.getByRole("row", { name: /cirros-vm1 to cirros-vm2/ })).toHaveCount(1);
  await page.getByRole("button", { name: "Forget cirros-vm1 to cirros-vm2, DEAD_VLAN" }).click();
  await expect(page.getByRole("heading", { name: "No trace has all of this" })).toBeVisible();
});

test("a recording's denied packet would pass with one more rule", async ({ page }) => {
  await visit(page, "/clouds/legacy/trace?from=cirros-vm1&to=cirros-vm5&proto=tcp&dport=80");
  await page.getByRole("button", { name: "Try the repair" }).click();
  const tried = page.getByRole("region", { name: "The repair, tried" });
  await expect(tried).toContainText("openstack security group rule create --ingress --protocol tcp --dst-port 80");
  await expect(tried).toContainText("DELIVERED");
});

test.describe("a tenant", () => {
  test.use({ storageState: NOBODY });

  test("has a matrix of its own instances, and traces of its own, without a word of the hosts", async ({
    page,
    request,
  }) => {
    await logIn(page.request, { user: "demo" });
    await logIn(request, { user: "demo" });
    const told = await (await request.get("/api/clouds/embedded/reachability?proto=icmp")).text();
    expect(told).toContain('"kind":"done"');
    expect(told).not.toMatch(/compute\d|network1|qvo|qbr|br-int/);
    await visit(page, `${CLOUD}/trace?from=cirros-vm1&to=cirros-vm2`);
    await expect(page.getByRole("region", { name: "Verdict" })).toContainText("Delivered");
    const runs = await (await request.get(TRACES)).json();
    expect(runs.length).toBeGreaterThan(0);
    await request.post(TRACES, { data: { again: runs[0].id } });
    const [after] = await (await request.get(TRACES)).json();
    const compared = await (await request.get(`${TRACES}/compare?a=${runs[0].id}&b=${after.id}`)).text();
    expect(compared).not.toMatch(/compute\d|network1|qvo|qbr|br-int/);
    expect((await request.get("/api/clouds/legacy/reachability")).status()).toBe(404);
  });
});

test("matrix and traces leave nothing for axe to find", async ({ page }) => {
  test.slow();
  await visit(page, "/clouds/legacy/reachability");
  await expect(page.getByRole("button", { name: "Trace again" })).toBeEnabled({ timeout: 60_000 });
  await expectAccessibleInBothThemes(page);
  await visit(page, "/clouds/legacy/reachability?as=list");
  await expect(page.getByRole("table", { name: "Pairs" })).toBeVisible();
  await expectAccessibleInBothThemes(page);
  await visit(page, "/clouds/legacy/traces");
  await expect(page.getByRole("link", { name: "New trace" }).first()).toBeVisible();
  await expectAccessibleInBothThemes(page);
});
