import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { editFile } from '../../src/profile/files';
import type { WrittenProfile } from '../../src/profile/profile';
import { withChildren } from './children';
import { EXAMPLE_KEY, NASTY } from './fixtures';

/** Profile files in the hands of processes that are many, killed, or short of disk. */

let home: string;
let path: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'profile-processes-'));
  path = join(home, 'credentials');
});
afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

test('many processes at once write and remove, over a lock left behind', async () => {
  const files = { credentials: path, config: join(home, 'config') };
  const [usualCredentials, usualConfig] = ['# ours\r\n[default]\r\n; end\r\n', NASTY['no final line ending'] ?? ''];
  await writeFile(files.credentials, usualCredentials);
  await writeFile(files.config, usualConfig);
  const found = () => Promise.all([files.credentials, files.config].map((file) => readFile(file, 'utf8')));
  await mkdir(`${files.credentials}.lock`);
  await utimes(`${files.credentials}.lock`, 1, 1);
  await withChildren(10, async (children) => {
    children.forEach((child, number) => {
      const profile = { name: `run-${number}`, credentials: EXAMPLE_KEY, config: { region: 'eu-north-1' } };
      child.send({ job: 'write', files, profile });
    });
    const written = (await Promise.all(children.map((child) => child.answer()))) as WrittenProfile[][];
    expect(await readdir(home)).toEqual(['config', 'credentials']);
    const [credentials = '', config = ''] = await found();
    expect(credentials.endsWith(usualCredentials)).toBe(true);
    expect(config.endsWith(usualConfig)).toBe(true);
    for (const number of children.keys()) {
      expect(credentials).toContain(`[run-${number}]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n`);
      expect(config).toContain(`[profile run-${number}]\nregion = eu-north-1\n\n`);
    }
    expect((await stat(files.credentials)).mode & 0o777).toBe(0o600);

    children.forEach((child, number) => {
      child.send({ job: 'remove', written: written[number] ?? [] });
    });
    await Promise.all(children.map((child) => child.answer()));
    expect(await found()).toEqual([usualCredentials, usualConfig]);
    expect(await readdir(home)).toEqual(['config', 'credentials']);
  });
});

test('keeps the file whole where a disk takes only a part of the new one', async () => {
  const old = `[default]\n${'# a line\n'.repeat(4_000)}`;
  await writeFile(path, old);
  // In blocks of 512 or of 1024 bytes, which are more than is there, and less than is to be.
  const limit = '-f 80';
  await withChildren(
    1,
    async ([child]) => {
      child?.send({ job: 'append', path, text: '# another\n'.repeat(8_000) });
      expect(await child?.answer()).toMatch(/^Could not write the profile file .*: .*\. [A-Z].*\.$/);
    },
    limit,
  );
  expect(await readFile(path, 'utf8')).toBe(old);
  expect(await readdir(home)).toEqual(['credentials']);
});

test('survives being killed at any moment', async () => {
  const texts = [`${'A'.repeat(200_000)}\n`, `${'B'.repeat(200_000)}\n`] as const;
  await withChildren(8, async (children) => {
    const kills = children.map(async (child, number) => {
      const directory = join(home, String(number));
      const file = join(directory, 'credentials');
      await editFile(file, () => texts[0]);
      child.send({ job: 'alternate', path: file, texts });
      await child.answer();
      await delay((number + Math.random()) * 100);
      await child.kill();

      const left = await readFile(file, 'utf8');
      expect(left === texts[0] || left === texts[1]).toBe(true);
      await editFile(file, (text) => `${text ?? ''}next\n`, { stale: 300 });
      expect(await readFile(file, 'utf8')).toBe(`${left}next\n`);
      expect(await readdir(directory)).toEqual(['credentials']);
    });
    await Promise.all(kills);
  });
});
