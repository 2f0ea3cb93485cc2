// Keeps every temporary file of the demo in a folder of this clone that git ignores. The variables must be set before
// tsx loads, because it stores what it compiles there.
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const temporary = fileURLToPath(new URL('../.cache/tmp', import.meta.url));
mkdirSync(temporary, { recursive: true });
Object.assign(process.env, { TMPDIR: temporary, TMP: temporary, TEMP: temporary });

await import('tsx');
await import('./demo.ts');
