import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { NextConfig } from "next";

/** A second build (tests, a branch) can live beside the one that is being served. */
const distDir = process.env.UNDERLAY_DIST ?? ".next";

/** Next writes its own folders into the tsconfig that it is given: a second build gets a file of its own. */
function tsconfigPath(): string {
  if (distDir === ".next") return "tsconfig.json";
  const file = `${distDir}.tsconfig.json`;
  mkdirSync(path.dirname(file), { recursive: true });
  const base = path.relative(path.dirname(file), "tsconfig.json");
  writeFileSync(file, JSON.stringify({ extends: base.startsWith(".") ? base : `./${base}`, include: [] }));
  return file;
}

/** Everything comes from this server, and nothing may frame it. Next's own scripts are inline; only `next dev` evaluates text. */
const contentSecurityPolicy = [
  "default-src 'self'",
  `script-src 'self' 'unsafe-inline'${process.env.NODE_ENV === "development" ? " 'unsafe-eval'" : ""}`,
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const config: NextConfig = {
  distDir,
  poweredByHeader: false,
  reactStrictMode: true,
  devIndicators: false,
  headers: async () => [
    {
      source: "/:path*",
      headers: [
        { key: "content-security-policy", value: contentSecurityPolicy },
        { key: "x-content-type-options", value: "nosniff" },
        { key: "referrer-policy", value: "same-origin" },
        { key: "cross-origin-opener-policy", value: "same-origin" },
        { key: "cross-origin-resource-policy", value: "same-origin" },
      ],
    },
  ],
  // Types are checked by `npm test`; `npm start` must not wait for them.
  typescript: { ignoreBuildErrors: true, tsconfigPath: tsconfigPath() },
  experimental: { useTypeScriptCli: true, optimizePackageImports: ["lucide-react", "radix-ui"] },
};

export default config;
