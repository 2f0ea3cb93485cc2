import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PrintedCredentials } from './credentials';
import { HAS_GO, installWithGo } from './go';
import { cacheFolder } from './installed';
import { installFromPyPI } from './python';

const PYTHON = 'roles-anywhere';
const HELPER = 'roles-anywhere-helper';
/** AWS's own, which signs with a key in a file. */
const MODULE = 'rolesanywhere-credential-helper';

/** Installs other clients of IAM Roles Anywhere into folders that git ignores, once. */
export async function installRolesAnywhereClients(): Promise<void> {
  await installFromPyPI(PYTHON);
  if (HAS_GO) await installWithGo(cacheFolder(HELPER), [`github.com/aws/${MODULE}@v1.4.0`]);
}

/** What a client is to assume, and with what. */
export interface Asked {
  readonly trustAnchorArn: string;
  readonly profileArn: string;
  readonly roleArn: string;
  /** PEM. */
  readonly certificate: string;
  /** PEM, those of its chain. */
  readonly chain: string;
  /** PEM. */
  readonly privateKey: string;
  readonly region: string;
  /** For files of this one client. */
  readonly folder: string;
}

/** How AWS's own name is reached by a client that takes no other endpoint. */
export interface Way {
  readonly proxy: string;
  /** A file with what the proxy's certificate is to be trusted by. */
  readonly caFile: string;
}

/** The session that the package for Python gets. */
export async function sessionOfPython(asked: Asked, { proxy, caFile }: Way): Promise<PrintedCredentials> {
  const input = {
    trust_anchor_arn: asked.trustAnchorArn,
    profile_arn: asked.profileArn,
    role_arn: asked.roleArn,
    certificate: fileWith(asked, 'certificate.pem', asked.certificate),
    private_key: fileWith(asked, 'key.pem', asked.privateKey),
    ...(asked.chain !== '' && { certificate_chain: fileWith(asked, 'chain.pem', asked.chain) }),
    region: asked.region,
  };
  const python = join(cacheFolder(PYTHON), 'bin/python');
  const env = { PROXY: proxy, CA_FILE: caFile, HOME: asked.folder };
  return printed(python, [join(__dirname, 'clients/roles-anywhere.py')], env, JSON.stringify(input));
}

/** The session that AWS's helper gets. */
export async function sessionOfHelper(asked: Asked, endpoint: string): Promise<PrintedCredentials> {
  const chain = asked.chain === '' ? [] : ['--intermediates', fileWith(asked, 'chain.pem', asked.chain)];
  const options = [
    ...['--certificate', fileWith(asked, 'certificate.pem', asked.certificate)],
    ...['--private-key', fileWith(asked, 'key.pem', asked.privateKey)],
    ...chain,
    ...['--trust-anchor-arn', asked.trustAnchorArn, '--profile-arn', asked.profileArn, '--role-arn', asked.roleArn],
    ...['--region', asked.region, '--endpoint', endpoint],
  ];
  return printed(join(cacheFolder(HELPER), MODULE), ['credential-process', ...options], { HOME: asked.folder });
}

function fileWith({ folder }: Asked, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** What a program prints as JSON. */
function printed(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  input = '',
): Promise<PrintedCredentials> {
  return new Promise((done, fail) => {
    const child = execFile(program, args, { env }, (error, stdout, stderr) => {
      if (error) fail(new Error(`${stdout}\n${stderr}`, { cause: error }));
      else done(JSON.parse(stdout) as PrintedCredentials);
    });
    child.stdin?.end(input);
  });
}
