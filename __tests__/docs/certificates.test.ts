import { spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { readCertificate } from '../../src/roles-anywhere/certificate';
import { examples, page, readText, section } from './pages';

/** Stores a secret as `gh secret set NAME --env ENVIRONMENT` does, in a file of that name and environment. */
const GH = '#!/bin/sh\n[ "$1 $2 $4" = "secret set --env" ] && cat > "$5.$3"\n';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/gh'), GH);
  chmodSync(join(folder, 'bin/gh'), 0o755);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function run(command: string): void {
  const PATH = [join(folder, 'bin'), process.env.PATH].join(delimiter);
  const { status, stderr } = spawnSync('sh', ['-ec', command], { cwd: folder, env: { ...process.env, PATH } });
  expect([status, status === 0 ? '' : stderr.toString()]).toEqual([0, '']);
}

(hasOpenssl ? test : test.skip)(
  'the commands of the page make a certificate that the step takes, in the environment of the example',
  () => {
    const commands = ['What AWS needs', 'What the certificate needs'].flatMap((heading) =>
      section(page('docs/roles-anywhere.md'), heading)
        .blocks.filter(({ language, content }) => language === 'sh' && !content.startsWith('aws '))
        .map(({ content }) => content),
    );
    expect(commands[0]).toMatch(/^openssl req -x509 /);
    commands.forEach(run);
    const authority = new X509Certificate(readFileSync(join(folder, 'authority.pem')));
    expect([authority.ca, authority.verify(authority.publicKey)]).toEqual([true, true]);
    const example = examples().find((path) => path.endsWith('/roles-anywhere.yml')) ?? '';
    const [, environment = ''] = /^ +environment: (\w+)/m.exec(readText(example)) ?? [];
    const secret = (name: string) => readFileSync(join(folder, `${environment}.${name}`), 'utf8');
    const { certificate, problems, warnings } = readCertificate(
      secret('CLIENT_CERTIFICATE'),
      secret('CLIENT_CERTIFICATE_KEY'),
    );
    expect([problems, warnings]).toEqual([[], []]);
    expect(certificate?.leaf.subject).toBe('CN=deploy');
  },
);
