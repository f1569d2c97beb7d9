import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** A second build (tests, a branch) can live beside the one that is being served. */
const distDir = process.env.UNDERLAY_DIST ?? ".next";

/** Next writes its own folders into the tsconfig that it is given: a second build gets a file of its own. */
function tsconfigPath() {
  if (distDir === ".next") return "tsconfig.json";
  const file = path.join(".cache", `${distDir.replaceAll("/", "-")}.tsconfig.json`);
  mkdirSync(path.dirname(file), { recursive: true });
  const base = path.relative(path.dirname(file), "tsconfig.json");
  writeFileSync(file, JSON.stringify({ extends: base.startsWith(".") ? base : `./${base}`, include: [] }));
  return file;
}

/** @type {import("next").NextConfig} */
const config = {
  distDir,
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  // Pages get their content security policy, with a nonce, in proxy.ts; answers of the API are no pages at all.
  headers: async () => [
    {
      source: "/api/:path*",
      headers: [{ key: "content-security-policy", value: "default-src 'none'; frame-ancestors 'none'" }],
    },
    {
      source: "/:path*",
      headers: [
        { key: "x-content-type-options", value: "nosniff" },
        { key: "referrer-policy", value: "same-origin" },
        { key: "cross-origin-opener-policy", value: "same-origin" },
        { key: "cross-origin-resource-policy", value: "same-origin" },
      ],
    },
  ],
  // Types are checked by `npm test`; `npm start` must not wait for them.
  typescript: { ignoreBuildErrors: true, tsconfigPath: tsconfigPath() },
  // A page's code is loaded with the page: all of it at once takes memory of those who only want the API.
  experimental: {
    preloadEntriesOnStart: false,
    useTypeScriptCli: true,
    optimizePackageImports: ["lucide-react", "radix-ui"],
  },
};

export default config;
