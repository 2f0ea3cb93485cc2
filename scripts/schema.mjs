// Writes schema/identities.schema.json from the definition of the identity document. Run by: tsx scripts/schema.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { identitiesSchema } from '../src/identities/definition/identity-document';

const path = fileURLToPath(new URL('../schema/identities.schema.json', import.meta.url));
mkdirSync(dirname(path), { recursive: true });
writeFileSync(
  path,
  await format(JSON.stringify(identitiesSchema()), { ...(await resolveConfig(path)), filepath: path }),
);
