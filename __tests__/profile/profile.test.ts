import fs, { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import fsPromises, { link, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LeftBehindError } from '../../src/errors/left-behind-error';
import { copyProfileFiles } from '../../src/profile/files';
import { type ProfileFiles, profileFiles } from '../../src/profile/locations';
import {
  areRemoved,
  checkProfiles,
  type Problem,
  type Profile,
  removeProfiles,
  writeProfiles,
  type WrittenProfile,
} from '../../src/profile/profile';
import { EXAMPLE_KEY, NASTY } from './fixtures';

const CONFIG = NASTY['no final line ending'] ?? '';
const CREDENTIALS = '# ours\r\n[default]\r\naws_access_key_id=AKIAI44QH8DHBEXAMPLE\r\n\r\n; end\r\n';

let home: string;
let files: ProfileFiles;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'profile-'));
  files = profileFiles({}, home);
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

function profile(name: string): Profile {
  return { name, credentials: EXAMPLE_KEY, config: { region: 'eu-north-1' } };
}

async function given(texts: Partial<Record<keyof ProfileFiles, string>>): Promise<void> {
  await mkdir(join(home, '.aws'), { recursive: true });
  for (const kind of ['credentials', 'config'] as const) {
    const text = texts[kind];
    await (text === undefined ? rm(files[kind], { force: true }) : writeFile(files[kind], text));
  }
}

/** What prevents the profile from being written. */
async function check(name: string, options = {}): Promise<Problem | undefined> {
  const [problem] = await checkProfiles(files, [profile(name)], { overwrite: true, inPlace: true, ...options });
  return problem;
}

/** The files as they are, by name, with anything that lies next to them. */
async function found(): Promise<Record<string, string>> {
  const names = await readdir(join(home, '.aws'));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(home, '.aws', name), 'utf8')] as const)),
  );
}

/** What comes back from the state file and the private file. */
function stored(written: WrittenProfile): WrittenProfile {
  return JSON.parse(JSON.stringify(written)) as WrittenProfile;
}

describe('writeProfiles and removeProfiles', () => {
  test('make both files, and delete them', async () => {
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    expect(await found()).toEqual({
      credentials:
        '[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n' +
        'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n\n',
      config: '[profile dev]\nregion = eu-north-1\n\n',
    });
    expect(written).toEqual([
      {
        state: {
          name: 'dev',
          sections: [
            { path: files.credentials, header: 'dev', before: 'absent' },
            { path: files.config, header: 'profile dev', before: 'absent' },
          ],
        },
        replaced: [null, null],
      },
    ]);
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({});
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({});
  });

  test.each(Object.entries(NASTY))('leave %s as it was', async (_, text) => {
    await given({ credentials: text, config: text });
    const written = await writeProfiles(files, [profile('dev'), profile('test')], { overwrite: false });
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ credentials: text, config: text });
  });

  test('put back what they replaced, and keep it out of the state', async () => {
    await given({ credentials: CREDENTIALS, config: CONFIG });
    const written = await writeProfiles(files, [profile('default'), profile('quoted')], { overwrite: true });
    const now = await found();
    expect(now.credentials).toContain('[default]\r\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\r\n');
    expect(now.config).toContain('[default]\nregion = eu-north-1\n');
    expect(now.config).toContain('[profile quoted]\nregion = eu-north-1\n# behind quoted\n');
    expect(written.map(({ replaced }) => replaced)).toEqual([
      ['[default]\r\naws_access_key_id=AKIAI44QH8DHBEXAMPLE', '[default]\nregion=eu-west-1'],
      [null, '[profile "quoted"]\nregion = eu-central-1'],
    ]);
    expect(JSON.stringify(written.map(({ state }) => state))).not.toContain('EXAMPLE');
    await removeProfiles(written.map(stored));
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ credentials: CREDENTIALS, config: CONFIG });
  });

  test('undo a file that is seen under the lock alone, as some file systems hide one that another job replaces', async () => {
    await given({ credentials: CREDENTIALS, config: CONFIG });
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    const hidden = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
    const read = jest.spyOn(fsPromises, 'readFile').mockImplementation((path) => {
      const isLocked = existsSync(`${path as string}.lock`);
      return isLocked ? Promise.resolve(readFileSync(path as string)) : Promise.reject(hidden);
    });
    await removeProfiles(written.map(stored));
    read.mockRestore();
    expect(await found()).toEqual({ credentials: CREDENTIALS, config: CONFIG });
  });

  test.each([
    [
      'in two steps',
      async (first: WrittenProfile[], second: WrittenProfile[]) => {
        await removeProfiles(second);
        await removeProfiles(first);
      },
    ],
    ['in one', (first: WrittenProfile[], second: WrittenProfile[]) => removeProfiles([...first, ...second])],
  ])('undo two writes of one profile, last first, %s', async (_, remove) => {
    await given({ credentials: CREDENTIALS });
    const first = await writeProfiles(files, [profile('default')], { overwrite: true });
    const second = await writeProfiles(files, [profile('default')], { overwrite: true });
    await remove(first.map(stored), second.map(stored));
    expect(await found()).toEqual({ credentials: CREDENTIALS });
  });

  test('leave a file that someone else put something into', async () => {
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    const { config = '' } = await found();
    await given({ config: `${config}[profile other]\nregion = x\n` });
    await removeProfiles(written);
    expect(await found()).toEqual({ config: '[profile other]\nregion = x\n' });
  });

  test('count a directory that is gone as done', async () => {
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    await rm(join(home, '.aws'), { recursive: true });
    await removeProfiles(written);
    expect(await readdir(home)).toEqual([]);
  });

  test('empty a credentials section that would come before a credential_process', async () => {
    await given({ credentials: CREDENTIALS });
    const process = { name: 'default', credentials: {}, config: { credential_process: 'renew' } };
    const written = await writeProfiles(files, [process], { overwrite: true });
    expect(await found()).toEqual({
      credentials: '# ours\r\n[default]\r\n\r\n; end\r\n',
      config: '[default]\ncredential_process = renew\n\n',
    });
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ credentials: CREDENTIALS });
  });

  test('do not make a file for which there are no settings', async () => {
    const written = await writeProfiles(files, [{ ...profile('dev'), config: {} }], { overwrite: false });
    expect(Object.keys(await found())).toEqual(['credentials']);
    expect(written.map(({ state }) => state.sections.map(({ path }) => path))).toEqual([[files.credentials]]);
  });

  test('find [profile default], which is the default profile, too', async () => {
    const config = '[profile default]\nregion = x\n';
    await given({ config });
    expect(await check('default', { overwrite: false })).toMatchObject({
      reason: expect.stringContaining(files.config) as string,
    });
    const written = await writeProfiles(files, [profile('default')], { overwrite: true });
    expect((await found()).config).toBe('[profile default]\nregion = eu-north-1\n');
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ config });
  });

  test('replace both sections of the default profile: of AWS’s tools, some read the one, and some the other', async () => {
    const config = '[profile default]\nregion = x\n\n# between\n[default]\nregion = y\noutput = text\n';
    await given({ config });
    const written = await writeProfiles(files, [profile('default')], { overwrite: true });
    expect((await found()).config).toBe(
      '[profile default]\nregion = eu-north-1\n\n# between\n[default]\nregion = eu-north-1\n',
    );
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ config });
  });

  test('replace both in one file for both, too', async () => {
    const both = { credentials: files.config, config: files.config };
    const config = '[default]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n\n[profile default]\nregion = y\n';
    await given({ config });
    const written = await writeProfiles(both, [profile('default')], { overwrite: true });
    expect((await found()).config?.match(/^(\[.*|region.*)$/gm)).toEqual([
      '[default]',
      'region = eu-north-1',
      '[profile default]',
      'region = eu-north-1',
    ]);
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ config });
  });

  test.each(['default', 'dev'])('manage with one file for both (%s)', async (name) => {
    const both = { credentials: files.config, config: files.config };
    await given({ config: '# top\n' });
    const written = await writeProfiles(both, [profile(name)], { overwrite: false });
    const { config = '' } = await found();
    const keys = Object.entries(EXAMPLE_KEY).map(([key, value]) => `${key} = ${value}\n`);
    const sections =
      name === 'default' ? [['[default]\n', ...keys]] : [[`[${name}]\n`, ...keys], [`[profile ${name}]\n`]];
    for (const section of sections) expect(config).toContain(section.join(''));
    expect(config.match(/^\[/gm)).toHaveLength(sections.length);
    expect(config).toContain('region = eu-north-1\n');
    await removeProfiles(written.map(stored));
    expect(await found()).toEqual({ config: '# top\n' });
  });

  describe.each<[what: string, join: (one: string, other: string) => Promise<void>]>([
    ['a symbolic link', (one, other) => symlink(one, other)],
    ['a hard link', (one, other) => link(one, other)],
  ])('of which one is %s to the other', (_, joinFiles) => {
    beforeEach(async () => {
      await given({ credentials: '[default]\nregion = x\n' });
      await joinFiles(files.credentials, files.config);
    });

    test('have the default profile once, whole', async () => {
      const written = await writeProfiles(files, [profile('default')], { overwrite: true });
      const text = await readFile(files.config, 'utf8');
      expect(await readFile(files.credentials, 'utf8')).toBe(text);
      const keys = Object.entries(EXAMPLE_KEY).map(([key, value]) => `${key} = ${value}\n`);
      expect(text).toBe(`[default]\n${keys.join('')}region = eu-north-1\n`);
      await removeProfiles(written.map(stored));
      expect(await readFile(files.config, 'utf8')).toBe('[default]\nregion = x\n');
    });

    test('take a default profile that they do not have, without overwrite', async () => {
      await writeFile(files.credentials, '# mine\n');
      const written = await writeProfiles(files, [profile('default')], { overwrite: false });
      await removeProfiles(written.map(stored));
      expect(await readFile(files.config, 'utf8')).toBe('# mine\n');
    });

    test('are copied as one', async () => {
      const folder = join(home, 'copies');
      await mkdir(folder);
      const copies = await copyProfileFiles(files, folder);
      expect(copies.config).toBe(copies.credentials);
    });
  });

  test('of which one is a link to the other, which is not there yet, have the default profile once', async () => {
    await given({});
    await symlink(files.credentials, files.config);
    const written = await writeProfiles(files, [profile('default')], { overwrite: false });
    expect((await readFile(files.credentials, 'utf8')).match(/^\[/gm)).toHaveLength(1);
    await removeProfiles(written.map(stored));
    expect(existsSync(files.credentials)).toBe(false);
  });
});

test('what is recorded before each write undoes it', async () => {
  await given({ credentials: CREDENTIALS });
  const records: WrittenProfile[][] = [];
  const seen: boolean[][] = [];
  await writeProfiles(files, [profile('default'), profile('dev')], {
    overwrite: true,
    record: (written) => {
      records.push(written.map(stored));
      seen.push([readFileSync(files.credentials, 'utf8') === CREDENTIALS, existsSync(files.config)]);
    },
  });
  expect(seen).toEqual([
    [true, false],
    [false, false],
  ]);
  expect(records.map((written) => written.map(({ state }) => state.sections.map(({ path }) => path)))).toEqual([
    [[files.credentials], [files.credentials]],
    [
      [files.credentials, files.config],
      [files.credentials, files.config],
    ],
  ]);
  await removeProfiles(records[1] ?? []);
  expect(await found()).toEqual({ credentials: CREDENTIALS });
  for (const written of records) {
    await removeProfiles(written);
  }
  expect(await found()).toEqual({ credentials: CREDENTIALS });
});

describe('both files or neither', () => {
  test('when the second cannot be written', async () => {
    await given({ credentials: CREDENTIALS });
    await mkdir(files.config);
    await expect(writeProfiles(files, [profile('default')], { overwrite: true })).rejects.toThrow(
      `Could not write the profile file ${files.config}: It is a directory.`,
    );
    expect(await readFile(files.credentials, 'utf8')).toBe(CREDENTIALS);
    await rm(files.credentials);
    await expect(writeProfiles(files, [profile('dev')], { overwrite: false })).rejects.toThrow(/It is a directory/);
    expect(await readdir(join(home, '.aws'))).toEqual(['config']);
  });

  test('or the error also says that one could not be taken back', async () => {
    await given({ credentials: CREDENTIALS });
    const spoil = ([written]: WrittenProfile[]) => {
      if (written?.state.sections.length !== 2) return;
      rmSync(files.credentials);
      mkdirSync(files.credentials);
      throw new Error('no room for the record');
    };
    const failure = await writeProfiles(files, [profile('dev')], { overwrite: false, record: spoil }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(LeftBehindError);
    expect(failure).toMatchObject({
      message: expect.stringMatching(
        /config: no room for the record.* Then: Could not write .*credentials: It is a dir/,
      ),
      failure: { name: 'ProfileError', path: files.config },
    });
  });

  test('when one of many is there already', async () => {
    await given({ credentials: CREDENTIALS, config: CONFIG });
    const writing = writeProfiles(files, [profile('dev'), profile('quoted')], { overwrite: false });
    await expect(writing).rejects.toThrow(`The profile quoted is in ${files.config} already.`);
    expect(await found()).toEqual({ credentials: CREDENTIALS, config: CONFIG });
  });

  test('when a name or value would break a file', async () => {
    await expect(writeProfiles(files, [profile('a]b')], { overwrite: false })).rejects.toThrow(
      'Could not write the profile "a]b": a profile name must not contain other characters than letters from A to Z, digits and _.-%@:+/.',
    );
    expect(await readdir(home)).toEqual([]);
    const broken = { ...profile('dev'), config: { region: 'a\nb' } };
    await expect(writeProfiles(files, [broken], { overwrite: false })).rejects.toThrow(/The value of region has/);
    expect(await found()).toEqual({});
  });

  test('and removal does the one when it cannot do the other', async () => {
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    await rm(files.config);
    await mkdir(files.config);
    await expect(removeProfiles(written)).rejects.toThrow(`Could not write the profile file ${files.config}`);
    expect(await readdir(join(home, '.aws'))).toEqual(['config']);
    await mkdir(files.credentials);
    await expect(removeProfiles(written)).rejects.toThrow(
      /^Could not write the profile file .*config: .*\. Could not write the profile file .*credentials: .*\.$/,
    );
  });
});

describe('a copy that a killed process left next to a file, with all its profiles', () => {
  const LEFT = '.aws-identity-0b5e4f9c';
  const leave = () => writeFile(`${files.credentials}${LEFT}`, '[theirs]\n', { mode: 0o600 });

  test('goes when the profile is removed, also where the process had not come to write it', async () => {
    const written = await writeProfiles(files, [profile('dev')], { overwrite: false });
    await leave();
    expect(await areRemoved(written)).toBe(false);
    await removeProfiles(written);
    expect(await found()).toEqual({});
    await leave();
    expect(await areRemoved(written)).toBe(false);
    await removeProfiles(written);
    expect([await found(), await areRemoved(written)]).toEqual([{}, true]);
  });

  test('goes when the next run writes to the file, which may be behind a link', async () => {
    const real = join(home, 'real');
    await mkdir(real);
    await mkdir(join(home, '.aws'));
    await symlink(join(real, 'credentials'), files.credentials);
    await writeFile(join(real, `credentials${LEFT}`), '');
    await writeProfiles(files, [profile('dev')], { overwrite: false });
    expect(await readdir(real)).toEqual(['credentials']);
  });
});

test('thousands are written, and removed again, in a moment', async () => {
  const theirs = '[theirs]\nregion = eu-west-1\n';
  await given({ credentials: theirs });
  const profiles = Array.from({ length: 3_000 }, (_, number) => profile(`account-${number}`));
  // It takes minutes where each profile has the file read once more.
  await removeProfiles(await writeProfiles(files, profiles, { overwrite: false }));
  expect(await found()).toEqual({ credentials: theirs });
});

describe('checkProfiles', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const cases: [
    what: string,
    credentials: string | undefined,
    config: string | undefined,
    at: 'credentials' | 'config',
  ][] = [
    ['the credentials file', '[dev]\n', undefined, 'credentials'],
    ['the config file', undefined, '[profile "dev"]\n', 'config'],
    ['both files', '[dev]\n', '[profile dev]\n', 'credentials'],
  ];
  test.each(cases)('finds a profile in %s', async (_, credentials, config, at) => {
    await given({ ...(credentials !== undefined && { credentials }), ...(config !== undefined && { config }) });
    expect(await check('dev', { overwrite: false })).toEqual({
      name: 'dev',
      reason:
        `The profile dev is in ${files[at]} already. ` +
        'Set overwrite-aws-profile: true to replace it for the time of the job.',
    });
    expect(await check('dev')).toBeUndefined();
    expect(await check('other', { overwrite: false })).toBeUndefined();
  });

  test('names each of many that cannot be written', async () => {
    await given({ credentials: '[b]\n', config: '[profile c]\n' });
    const profiles = ['a', 'b', 'c', 'd'].map(profile);
    const problems = await checkProfiles(files, profiles, { overwrite: false, inPlace: true });
    expect(problems).toEqual([
      { name: 'b', reason: expect.stringContaining(` is in ${files.credentials} already`) as string },
      { name: 'c', reason: expect.stringContaining(` is in ${files.config} already`) as string },
    ]);
  });

  test('finds nothing where there are no files, and makes none', async () => {
    expect(await check('dev', { overwrite: false })).toBeUndefined();
    expect(await readdir(home)).toEqual([]);
  });

  test('reports a file that cannot be read', async () => {
    await mkdir(files.config, { recursive: true });
    expect(await check('dev')).toMatchObject({
      reason: expect.stringContaining(`${files.config}: It is a directory`) as string,
    });
  });

  test.each([
    ['a section that is there twice', '[dev]\n[x]\n[dev]\n', 'It has the section [dev] 2 times. Keep one of them.'],
    ['UTF-16', '\0[\0d', 'It is not text in UTF-8 but, perhaps, UTF-16'],
  ])('finds out before the file is written what would stop it then: %s', async (_, credentials, reason) => {
    await given({ credentials });
    const problem = { name: 'dev', reason: expect.stringContaining(`${files.credentials}: ${reason}`) as string };
    expect(await check('dev')).toEqual(problem);
    expect(await check('dev', { inPlace: false })).toEqual(problem);
    expect(await found()).toEqual({ credentials });
  });

  test('finds out that nothing can be made where the files are, unless they are only copied', async () => {
    const taken = join(home, 'taken');
    await writeFile(taken, '');
    files = { credentials: join(taken, 'aws', 'credentials'), config: join(taken, 'aws', 'config') };
    expect(await check('dev')).toMatchObject({ reason: expect.stringContaining('ENOTDIR') as string });
    jest.spyOn(fs, 'openSync').mockImplementation(() => {
      throw Object.assign(new Error('EROFS: read-only'), { code: 'EROFS' });
    });
    files = profileFiles({}, home);
    expect(await check('dev')).toMatchObject({
      reason: expect.stringMatching(
        /\.aws.credentials: EROFS: read-only\. Let the job's user read and write/,
      ) as string,
    });
    expect(await check('dev', { inPlace: false })).toBeUndefined();
  });

  test('finds out that there can be no lock; one that another job holds is waited for later', async () => {
    await given({ credentials: '' });
    await mkdir(`${files.credentials}.lock`);
    expect(await check('dev')).toBeUndefined();
    await rm(`${files.credentials}.lock`, { recursive: true });
    await writeFile(`${files.credentials}.lock`, '');
    expect(await check('dev')).toMatchObject({
      reason: expect.stringContaining(`Its lock, ${files.credentials}.lock, is no directory. Delete that.`) as string,
    });
  });

  test('needs nothing of a file that would stay as it is', async () => {
    files = { ...files, credentials: '/proc/nowhere/credentials' };
    const renewing = { name: 'dev', credentials: {}, config: { credential_process: 'renew' } };
    expect(await checkProfiles(files, [renewing], { overwrite: false, inPlace: true })).toEqual([]);
  });
});
