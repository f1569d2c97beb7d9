/** SHA-1 of a short ASCII text, in hexadecimal: the agent's names have it, and agents use no Node module. FIPS 180-4. */
export function sha1(text: string): string {
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const words = padded(text);
  for (let block = 0; block < words.length; block += 16) {
    const w = words.slice(block, block + 16);
    for (let t = 16; t < 80; t++)
      w.push(rotate((w[t - 3] ?? 0) ^ (w[t - 8] ?? 0) ^ (w[t - 14] ?? 0) ^ (w[t - 16] ?? 0), 1));
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = state;
    w.forEach((word, t) => {
      const mixed = (rotate(a, 5) + choose(t, b, c, d) + e + (CONSTANTS[Math.floor(t / 20)] ?? 0) + word) | 0;
      [a, b, c, d, e] = [mixed, a, rotate(b, 30), c, d];
    });
    [a, b, c, d, e].forEach((value, i) => {
      state[i] = ((state[i] ?? 0) + value) | 0;
    });
  }
  return state.map((one) => (one >>> 0).toString(16).padStart(8, "0")).join("");
}

const CONSTANTS = [0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6];

function choose(t: number, b: number, c: number, d: number): number {
  if (t < 20) return (b & c) | (~b & d);
  return t < 40 || t >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
}

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function padded(text: string): number[] {
  const length = Math.ceil((text.length + 9) / 64) * 16;
  const words = new Array<number>(length).fill(0);
  const put = (at: number, byte: number) => {
    words[at >> 2] = (words[at >> 2] ?? 0) | (byte << (24 - 8 * (at % 4)));
  };
  for (let i = 0; i < text.length; i++) put(i, text.charCodeAt(i) & 0xff);
  put(text.length, 0x80);
  words[length - 1] = text.length * 8;
  return words;
}
