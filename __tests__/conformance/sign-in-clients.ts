import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Printed } from './aws-cli';
import { cacheFolder, findProgram, installOnce } from './installed';

const run = promisify(execFile);

const CLI = cacheFolder('aws-cli-2');
/** For the packages of Debian, whose modules are none of another Python's. */
const PYTHON = '/usr/bin/python3';
const SDK = cacheFolder('sign-in-sdk');
const SDK_PACKAGES = ['@aws-sdk/client-sso@3.1164.0', '@aws-sdk/client-sso-oidc@3.1164.0'];

/** Installs other clients of IAM Identity Center into folders that git ignores, once. */
export async function installSignInClients(): Promise<void> {
  await installOnce(SDK, SDK_PACKAGES.join('\n'), () =>
    run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--prefix', SDK, ...SDK_PACKAGES]),
  );
  if (!isDebian()) return;
  // Its packages are those of the system; a machine may have no list of them.
  await installOnce(CLI, 'awscli of Debian', installCli).catch((error: unknown) => {
    process.stderr.write(`The AWS CLI 2 of Debian is not tested: ${String(error)}\n`);
  });
}

/** Whether version 2 of the AWS CLI is there, which PyPI does not have. */
export const HAS_AWS_CLI_2 = existsSync(join(CLI, 'installed'));

function isDebian(): boolean {
  return existsSync(PYTHON) && ['apt-get', 'dpkg-deb'].every((name) => findProgram(name) !== undefined);
}

/** With what it needs and this machine lacks; nothing is installed in the system. */
async function installCli(): Promise<void> {
  const archives = join(CLI, 'archives');
  mkdirSync(join(archives, 'partial'), { recursive: true });
  const settings = ['Debug::NoLocking=1', `Dir::Cache::archives=${archives}`].flatMap((setting) => ['-o', setting]);
  await run('apt-get', ['-y', '--download-only', '--no-install-recommends', ...settings, 'install', 'awscli']);
  const packages = readdirSync(archives).filter((name) => name.endsWith('.deb'));
  if (!packages.some((name) => name.startsWith('awscli_'))) throw new Error('apt-get got no awscli');
  for (const name of packages) await run('dpkg-deb', ['-x', join(archives, name), join(CLI, 'root')]);
}

/** Runs `aws` of version 2 with these arguments and nothing but these variables. */
export function aws2(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Printed> {
  const modules = join(CLI, 'root/usr/lib/python3/dist-packages');
  const variables = { PATH: '/usr/bin:/bin', PYTHONPATH: modules, AWS_PAGER: '', ...env };
  return new Promise((done) => {
    execFile(PYTHON, [join(CLI, 'root/usr/bin/aws'), ...args], { env: variables }, (error, stdout, stderr) => {
      done({ exitCode: typeof error?.code === 'number' ? error.code : error ? 1 : 0, stdout, stderr });
    });
  });
}

/** What the program with the SDK for JavaScript printed. */
export async function signInBySdk(input: object, env: Readonly<Record<string, string>>): Promise<unknown> {
  const program = join(__dirname, 'clients/sign-in.mjs');
  const variables = { SDK_FOLDER: SDK, ...env };
  const { stdout } = await run(process.execPath, [program, JSON.stringify(input)], { env: variables });
  return JSON.parse(stdout);
}
