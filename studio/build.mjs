// Bundles the page's script, and the licences of what is in it, into promptrec/studio/static/: npm ci && npm run build
import { build } from "esbuild";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const target = join(here, "..", "promptrec", "studio", "static");

const built = await build({
  absWorkingDir: here,
  entryPoints: ["src/studio.js"],
  outfile: join(target, "studio.js"),
  bundle: true,
  format: "iife",
  target: ["es2022"],
  alias: { "@codemirror/lang-html": "./src/no-html.js" },
  minify: true,
  legalComments: "none", // all of them are in NOTICE
  metafile: true,
});

const packages = new Set(
  Object.values(built.metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
    .filter(Boolean),
);
const notices = [...packages].sort().map((name) => {
  const folder = join(here, "node_modules", name);
  const told = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const licence = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  return `${name} ${told.version} (${told.license})\n\n${readFileSync(join(folder, licence), "utf8").trim()}\n`;
});
const head = "studio.js holds these packages, bundled by studio/build.mjs. Everything else in this folder is promptrec's own.\n";
writeFileSync(join(target, "NOTICE"), [head, ...notices].join(`\n${"-".repeat(80)}\n\n`));
