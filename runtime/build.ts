import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Which build of einc this is; the bundler names its file by its content. Sources have no such name. */
export const build: string | undefined = /-[0-9A-Z]{8}\.cjs$/.test(import.meta.url)
  ? basename(fileURLToPath(import.meta.url))
  : undefined;
