#!/usr/bin/env node
/** The `einc` command. Everything it does is in `main.ts`; this file only finds the built package. */
import { existsSync } from 'node:fs';

const built = new URL('../dist/cli.js', import.meta.url);
if (!existsSync(built)) {
  console.error('einc is not built yet: run `npm run build` in its folder first');
  process.exit(70);
}
const { main } = await import(built);
await main(process.argv.slice(2), url => import(url));
