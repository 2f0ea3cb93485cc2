import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A workspace in which files wait that a step may be pointed at, and does well not to read. Removed after the tests. */
export function treacherousWorkspace(): string {
  const workspace = realpathSync(mkdtempSync(join(tmpdir(), 'fuzz-')));
  const at = (name: string) => join(workspace, name);
  writeFileSync(
    at('identities.yml'),
    'users:\n  pulumi: { policies: [policy] }\npolicies:\n  policy: { document: policy.json }\n',
  );
  writeFileSync(
    at('policy.json'),
    '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}',
  );
  writeFileSync(at('policy.yml'), 'Version: "2012-10-17"\nStatement: []\n');
  writeFileSync(at('token'), 'e30.e30.c2ln');
  writeFileSync(at('binary.yml'), Buffer.from([0, 255, 254, 10, 58]));
  for (const name of ['huge', 'huge.yml']) {
    writeFileSync(at(name), 'users:');
    // Has no blocks on the disk, and yet more bytes than fit into memory.
    truncateSync(at(name), 2 ** 34);
  }
  symlinkSync('/etc/passwd', at('link'));
  if (process.platform !== 'win32') execFileSync('mkfifo', [at('fifo')]);
  afterAll(() => {
    rmSync(workspace, { recursive: true });
  });
  return workspace;
}
