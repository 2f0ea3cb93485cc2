import { readText } from '../docs/pages';
import { runScript } from './script';

const VARIABLES = {
  GITHUB_SERVER_URL: 'https://github.example',
  GITHUB_REPOSITORY: 'acme/aws-identity',
  GITHUB_REPOSITORY_OWNER: 'acme',
};

interface Lockfile {
  readonly packages: Readonly<Record<string, { version: string; dev?: boolean; optional?: boolean }>>;
}

interface Spdx {
  readonly spdxVersion: string;
  readonly packages: readonly { name: string; versionInfo: string; homepage: string }[];
}

test('the list of packages has what dist is built from, and no tool, and says whose it is', () => {
  const { status, stdout, stderr } = runScript('sbom.mjs', '', '', { ...process.env, ...VARIABLES });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const { spdxVersion, packages } = JSON.parse(stdout) as Spdx;
  expect(spdxVersion).toMatch(/^SPDX-2\./);
  const [own, ...others] = packages;
  expect(own).toMatchObject({
    name: 'aws-identity-action',
    homepage: 'https://github.example/acme/aws-identity#readme',
  });
  const { packages: locked } = JSON.parse(readText('package-lock.json')) as Lockfile;
  const built = Object.entries(locked).filter(([path, { dev, optional }]) => path !== '' && !dev && !optional);
  const names = built.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')} ${version}`);
  expect(names.length).toBeGreaterThan(50);
  // Where a package is there twice, it is listed once.
  expect(new Set(others.map(({ name, versionInfo }) => `${name} ${versionInfo}`))).toEqual(new Set(names));
});

test.each(Object.keys(VARIABLES))('without %s, there is no list', (name) => {
  const { status, stdout, stderr } = runScript('sbom.mjs', '', '', { ...process.env, ...VARIABLES, [name]: '' });
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toContain(name);
});

test('package.json says what others look for in it', () => {
  expect(Object.keys(JSON.parse(readText('package.json')) as object)).toEqual(
    expect.arrayContaining(['description', 'keywords', 'homepage', 'bugs', 'repository', 'license', 'author']),
  );
});
