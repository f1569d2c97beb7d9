import { expect, test } from "vitest";
import { redactCommand, redactConfig } from "./secrets.ts";

test("a configuration file keeps its lines, and none of its secrets", () => {
  const text = `[DEFAULT]
transport_url = rabbit://openstack:s3cret@10.0.0.1:5672//
# old: transport_url = rabbit://openstack:s3cret@10.0.0.1
#admin_password = s3cret
[keystone_authtoken]
password = s3cret
memcache_secret_key=s3cret
username = neutron
auth_url = http://10.0.0.1:5000/v3
[database]
connection = mysql+pymysql://neutron:s3cret/with@slash@10.0.0.1/neutron
[nova]
metadata_proxy_shared_secret = s3
  cret s3cret
`;
  const shown = redactConfig(text);
  expect(shown).not.toMatch(/s3cret|with@slash|^ {2}cret/m);
  expect(shown.split("\n")).toHaveLength(text.split("\n").length);
  expect(shown).toContain("username = neutron");
  expect(shown).toContain("auth_url = http://10.0.0.1:5000/v3");
  expect(shown).toContain("rabbit://openstack:REDACTED@10.0.0.1:5672//");
});

test("command lines", () => {
  expect(redactCommand('x --os-password=a --token b --secret "c d" --pid-file=/x/y')).toBe(
    "x --os-password=REDACTED --token REDACTED --secret REDACTED --pid-file=/x/y",
  );
  expect(redactCommand("dnsmasq --no-hosts --dhcp-range=set:subnet,10.0.0.0")).toBe(
    "dnsmasq --no-hosts --dhcp-range=set:subnet,10.0.0.0",
  );
});

test.each(["-", "a://x:", "--password", "://"])("a megabyte of %s takes no long", (piece) => {
  const started = process.threadCpuUsage();
  redactCommand(piece.repeat(1_000_000 / piece.length));
  redactConfig(piece.repeat(1_000_000 / piece.length));
  expect(process.threadCpuUsage(started).user / 1e6).toBeLessThan(10); // A quadratic one takes minutes.
});
