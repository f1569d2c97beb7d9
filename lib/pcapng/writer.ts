/** pcapng blocks (draft-ietf-opsawg-pcapng): a section, one interface a device, and the packets in order. */

export interface CapturedInterface {
  /** `if_name`. */
  name: string;
  description?: string;
}

export interface CapturedFrame {
  /** Index into the interfaces. */
  at: number;
  direction: "in" | "out";
  /** Nanoseconds since 1970. */
  time: bigint;
  bytes: Uint8Array;
  comment?: string;
}

const ETHERNET = 1;
const NANOSECONDS = 9;
const OPTION = { end: 0, comment: 1, application: 4, ifName: 2, ifDescription: 3, resolution: 9, flags: 2 } as const;

/** The whole file. */
export function pcapng(
  application: string,
  interfaces: readonly CapturedInterface[],
  frames: readonly CapturedFrame[],
): Uint8Array {
  const blocks = [section(application), ...interfaces.map(description), ...frames.map(enhancedPacket)];
  const out = new Uint8Array(blocks.reduce((sum, block) => sum + block.length, 0));
  let at = 0;
  for (const block of blocks) {
    out.set(block, at);
    at += block.length;
  }
  return out;
}

function section(application: string): Uint8Array {
  const body = new DataView(new ArrayBuffer(16));
  body.setUint32(0, 0x1a2b3c4d, true);
  body.setUint16(4, 1, true);
  body.setUint16(6, 0, true);
  body.setBigInt64(8, -1n, true); // The section's length is not stated.
  return block(0x0a0d0d0a, [bytesOf(body)], [[OPTION.application, utf8(application)]]);
}

function description(one: CapturedInterface): Uint8Array {
  const body = new DataView(new ArrayBuffer(8));
  body.setUint16(0, ETHERNET, true);
  body.setUint32(4, 0, true); // No snapshot length: nothing is cut.
  const options: [number, Uint8Array][] = [[OPTION.ifName, utf8(one.name)]];
  if (one.description) options.push([OPTION.ifDescription, utf8(one.description)]);
  options.push([OPTION.resolution, new Uint8Array([NANOSECONDS])]);
  return block(1, [bytesOf(body)], options);
}

function enhancedPacket(frame: CapturedFrame): Uint8Array {
  const body = new DataView(new ArrayBuffer(20));
  body.setUint32(0, frame.at, true);
  body.setUint32(4, Number(frame.time >> 32n), true);
  body.setUint32(8, Number(frame.time & 0xffffffffn), true);
  body.setUint32(12, frame.bytes.length, true);
  body.setUint32(16, frame.bytes.length, true);
  const flags = new DataView(new ArrayBuffer(4));
  flags.setUint32(0, frame.direction === "in" ? 1 : 2, true);
  const options: [number, Uint8Array][] = [[OPTION.flags, bytesOf(flags)]];
  if (frame.comment) options.push([OPTION.comment, utf8(frame.comment)]);
  return block(6, [bytesOf(body), padded(frame.bytes)], options);
}

function block(
  type: number,
  parts: readonly Uint8Array[],
  options: readonly [code: number, value: Uint8Array][],
): Uint8Array {
  const all = [
    ...parts,
    ...options.flatMap(([code, value]) => [optionHead(code, value.length), padded(value)]),
    optionHead(OPTION.end, 0),
  ];
  const length = 12 + all.reduce((sum, part) => sum + part.length, 0);
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, length, true);
  let at = 8;
  for (const part of all) {
    out.set(part, at);
    at += part.length;
  }
  view.setUint32(at, length, true);
  return out;
}

function optionHead(code: number, length: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(4));
  head.setUint16(0, code, true);
  head.setUint16(2, length, true);
  return bytesOf(head);
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer);
}

function padded(bytes: Uint8Array): Uint8Array {
  if (bytes.length % 4 === 0) return bytes;
  const out = new Uint8Array(bytes.length + 4 - (bytes.length % 4));
  out.set(bytes);
  return out;
}

/** An option holds at most 65,535 bytes; comments stay far below. */
function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text.slice(0, 8000));
}
