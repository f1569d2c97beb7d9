/** A range of ports as the fewest values with masks. Source: neutron/common/utils.py port_rule_masking. */

/** `22`, or `0x50/0xfff0`: as a dump has them. */
export function portMasks(first: number, last: number): string[] {
  const masks: string[] = [];
  for (let port = first; port <= last; ) {
    let size = 1;
    // The largest aligned block that starts here and ends within the range.
    while (port % (size * 2) === 0 && port + size * 2 - 1 <= last) size *= 2;
    masks.push(size === 1 ? String(port) : `${hex(port)}/${hex(0x10000 - size)}`);
    port += size;
  }
  return masks;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
