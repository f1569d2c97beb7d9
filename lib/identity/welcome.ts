/** What a start says of how to log in. */

/**
 * @param url of the dashboard
 * @param defaults users that still have the documented password
 * @param dataDir where a command cannot know of it by itself
 */
export function loginHelp(url: string, defaults: readonly string[], dataDir?: string): string {
  const known = defaults.map((name) => `${name} (password: underlay)`);
  const users = known.length > 0 ? known.join(" and ") : "admin or demo, with the passwords that you set";
  const openrc = dataDir === undefined ? "openrc" : `openrc --data ${quoted(dataDir)}`;
  return `Dashboard: ${url}
Log in as ${users}.
OpenStack clients: eval "$(bin/underlay ${openrc})"; openstack network list
Identity endpoint: ${url}/identity/v3`;
}

/** For a shell. */
function quoted(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
