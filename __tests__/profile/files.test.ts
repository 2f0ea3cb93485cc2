import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import files, {
  chmod,
  chown,
  lchown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import {
  asOneFile,
  copyProfileFiles,
  editFile,
  ProfileError,
  readProfileFile,
  rehearseEdit,
} from '../../src/profile/files';
import { heldOpen, useWindows } from '../files/on-windows';

let home: string;
let path: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'profile-files-'));
  path = join(home, 'credentials');
});

afterEach(async () => {
  await rm(home, { recursive: true, force: true });
});

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

describe('editFile', () => {
  test('makes a missing file in a missing directory, for its owner alone', async () => {
    path = join(home, 'a', '.aws', 'credentials');
    await editFile(path, (text) => `was ${text ?? 'missing'}\n`);
    expect(await readFile(path, 'utf8')).toBe('was missing\n');
    expect(await modeOf(path)).toBe('600');
    expect(await modeOf(join(home, 'a', '.aws'))).toBe('700');
    expect(await readdir(join(home, 'a', '.aws'))).toEqual(['credentials']);
  });

  test('sets the mode of what it writes, and only then', async () => {
    await writeFile(path, 'old\n');
    await chmod(path, 0o644);
    const before = await stat(path);
    await editFile(path, (text) => text);
    expect(await stat(path)).toMatchObject({ mode: before.mode, ino: before.ino, mtimeMs: before.mtimeMs });
    await editFile(path, () => 'new\n');
    expect(await readFile(path, 'utf8')).toBe('new\n');
    expect(await modeOf(path)).toBe('600');
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('deletes', async () => {
    await writeFile(path, 'old\n');
    await editFile(path, () => undefined);
    await editFile(path, () => undefined);
    expect(await readdir(home)).toEqual([]);
  });

  test('follows links, which stay', async () => {
    await mkdir(join(home, 'real'));
    await writeFile(join(home, 'real', 'target'), 'old\n');
    await symlink(join('real', 'target'), join(home, 'hop'));
    await symlink('hop', path);
    await editFile(path, (text) => `${text ?? ''}new\n`);
    expect(await readlink(path)).toBe('hop');
    expect((await lstat(join(home, 'hop'))).isSymbolicLink()).toBe(true);
    expect(await readFile(join(home, 'real', 'target'), 'utf8')).toBe('old\nnew\n');
    expect(await readdir(join(home, 'real'))).toEqual(['target']);
    expect((await readdir(home)).sort()).toEqual(['credentials', 'hop', 'real']);
  });

  describe('what someone else made', () => {
    const someone = 54_321;
    const mine = process.getuid?.() ?? 0;
    const { getuid } = process;

    afterEach(() => {
      Reflect.set(process, 'getuid', getuid);
    });

    /** Makes a link someone else's: by root's right, or else by being someone else oneself. */
    async function plant(target: string, link = path): Promise<void> {
      await symlink(target, link);
      if (mine === 0) await lchown(link, someone, someone);
      else process.getuid = () => someone;
    }

    const maker = mine === 0 ? someone : mine;
    test.each([
      ['a file that is not theirs', () => plant('/etc/passwd'), '/etc/passwd'],
      [
        'one of their own',
        async () => {
          await writeFile(join(home, 'target'), 'old\n');
          await plant('target');
          if (mine === 0) await lchown(join(home, 'target'), someone, someone);
        },
        'target',
      ],
      [
        'a folder on the way',
        async () => {
          await mkdir(join(home, 'folder'));
          await plant('folder', join(home, '.aws'));
          path = join(home, '.aws', 'credentials');
        },
        'folder',
      ],
      [
        'a folder, by way of a link of one’s own',
        async () => {
          await plant('/tmp', join(home, '.aws'));
          await symlink('.aws', join(home, 'own'));
          path = join(home, 'own', 'credentials');
        },
        '/tmp',
      ],
      ['nowhere', () => plant('nowhere'), 'nowhere'],
    ])('a link to %s is not followed', async (_, prepare, target) => {
      await prepare();
      const wrong = new RegExp(`is a link to .*${target} that another user \\(${maker}\\) made`);
      const before = await readdir(home);
      await expect(editFile(path, (text) => `${text ?? ''}new`)).rejects.toThrow(wrong);
      await expect(rehearseEdit(path, () => 'new', { inPlace: true })).rejects.toThrow(wrong);
      await expect(readProfileFile(path)).rejects.toThrow(wrong);
      const copying = copyProfileFiles({ credentials: path, config: path }, home);
      await expect(copying).rejects.toThrow(wrong);
      expect(await readdir(home)).toEqual(before);
    });

    const asRoot = mine === 0 ? test : test.skip;
    asRoot('a file of theirs is not written by root, who would give it to them with what is in it', async () => {
      await writeFile(path, 'old\n');
      await chown(path, someone, someone);
      const wrong = `It belongs to another user (${someone}), who would get the credentials: this job runs as root.`;
      await expect(editFile(path, () => 'new')).rejects.toThrow(wrong);
      await expect(rehearseEdit(path, () => 'new', { inPlace: true })).rejects.toThrow(wrong);
      expect(await readFile(path, 'utf8')).toBe('old\n');
      expect((await stat(path)).uid).toBe(someone);
      // To copy it for this job gives nobody anything.
      expect(await readProfileFile(path)).toBe('old\n');
      await rehearseEdit(path, () => 'new', { inPlace: false });
    });

    asRoot('a home of theirs is where root has files of its own, as in a job in a container', async () => {
      await chown(home, someone, someone);
      path = join(home, '.aws', 'credentials');
      await rehearseEdit(path, () => 'new', { inPlace: true });
      await editFile(path, () => 'new');
      await editFile(path, (text) => `${text ?? ''}er`);
      expect(await readFile(path, 'utf8')).toBe('newer');
      expect([(await stat(path)).uid, await modeOf(path)]).toEqual([0, '600']);
    });
  });

  test('makes the file that a link points to in vain, and deletes it again', async () => {
    await symlink(join('elsewhere', 'target'), path);
    await editFile(path, () => 'new\n');
    expect(await readFile(join(home, 'elsewhere', 'target'), 'utf8')).toBe('new\n');
    await editFile(path, () => undefined);
    expect(await readdir(join(home, 'elsewhere'))).toEqual([]);
    expect(await readlink(path)).toBe(join('elsewhere', 'target'));
  });

  test('refuses links that lead in a circle', async () => {
    await symlink('credentials', join(home, 'other'));
    await symlink('other', path);
    await expect(editFile(path, () => 'new\n')).rejects.toThrow(/^Could not write the profile file .*(ELOOP|nowhere)/);
    expect((await readdir(home)).sort()).toEqual(['credentials', 'other']);
  });

  test('takes one lock for all the ways to a file', async () => {
    await writeFile(path, '');
    await symlink('credentials', join(home, 'link'));
    await symlink('.', join(home, 'directory'));
    const ways = [path, join(home, 'link'), join(home, 'directory', 'credentials')];
    await Promise.all(
      Array.from({ length: 15 }, (_, number) =>
        editFile(ways[number % ways.length] ?? path, (text) => `${text ?? ''}${number}\n`),
      ),
    );
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(15);
  });

  test('keeps bytes that are not UTF-8', async () => {
    const foreign = Buffer.from('# Gr\xfc\xdfe\n[x]\n', 'latin1');
    await writeFile(path, foreign);
    await editFile(path, (text) => `[dev]\n${text ?? ''}`);
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from('[dev]\n'), foreign]));
    await expect(editFile(path, (text) => `[漢]\n${text ?? ''}`)).rejects.toThrow(/Save it as UTF-8/);
    expect(await readFile(path)).toEqual(Buffer.concat([Buffer.from('[dev]\n'), foreign]));
  });

  test('refuses what is not a text file', async () => {
    await mkdir(path);
    await expect(editFile(path, () => 'new')).rejects.toThrow(
      `Could not write the profile file ${path}: It is a directory. Name a file with`,
    );
    await expect(readProfileFile(path)).rejects.toThrow(`Could not read the profile file ${path}: It is a directory.`);
    expect(await readdir(home)).toEqual(['credentials']);
    await rm(path, { recursive: true });

    execFileSync('mkfifo', [path]);
    await expect(editFile(path, () => 'new')).rejects.toThrow(/It is a device or pipe/);
    await rm(path);

    await writeFile(path, Buffer.from('\uFEFF[dev]\n', 'utf16le'));
    await expect(editFile(path, () => 'new')).rejects.toThrow(/UTF-16/);
    await rm(path);

    await symlink('credentials', path);
    await expect(editFile(path, () => 'new')).rejects.toThrow(ProfileError);
    await rm(path);

    await writeFile(path, '');
    await expect(editFile(join(path, 'below'), () => 'new')).rejects.toThrow(/Could not write the profile file .*E/);
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('changes nothing when the edit throws, and lets go of the lock', async () => {
    await writeFile(path, 'old\n');
    const failing = editFile(path, () => {
      throw new Error('Because. Do this.');
    });
    await expect(failing).rejects.toMatchObject({
      name: 'ProfileError',
      operation: 'write',
      path,
      message: `Could not write the profile file ${path}: Because. Do this.`,
    });
    expect(await readFile(path, 'utf8')).toBe('old\n');
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('writes nothing when another process took the lock meanwhile', async () => {
    await writeFile(path, 'old\n');
    const taken = jest.spyOn(lockfile, 'lock');
    const editing = editFile(path, () => {
      taken.mock.calls[0]?.[1]?.onCompromised?.(new Error('not ours'));
      return 'new\n';
    });
    await expect(editing).rejects.toMatchObject({
      operation: 'write',
      message: expect.stringContaining('The lock was lost to another process') as string,
    });
    taken.mockRestore();
    expect(await readFile(path, 'utf8')).toBe('old\n');
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('says which lock is in the way', async () => {
    await mkdir(`${path}.lock`);
    const started = Date.now();
    await expect(editFile(path, () => 'new', { wait: 300 })).rejects.toMatchObject({
      operation: 'lock',
      path,
      message:
        `Could not lock the profile file ${path}: ${path}.lock was still there after 0.3 s. ` +
        'Delete it if no other job runs on this machine.',
    });
    expect(Date.now() - started).toBeGreaterThanOrEqual(300);
  });

  test('waits for a lock that is held', async () => {
    await mkdir(`${path}.lock`);
    const edit = editFile(path, () => 'new\n');
    await delay(300);
    await expect(stat(path)).rejects.toThrow(/ENOENT/);
    await rm(`${path}.lock`, { recursive: true });
    await edit;
    expect(await readFile(path, 'utf8')).toBe('new\n');
  });

  test('takes over a lock that was left behind', async () => {
    await mkdir(`${path}.lock`);
    await utimes(`${path}.lock`, 1, 1);
    await editFile(path, () => 'new\n', { wait: 0 });
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('takes over a lock whose removal was left behind, too', async () => {
    for (const left of [`${path}.lock`, `${path}.lock.removal`]) {
      await mkdir(left);
      await utimes(left, 1, 1);
    }
    await editFile(path, () => 'new\n', { wait: 0 });
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('leaves a lock that was left behind to the one process that is removing it', async () => {
    await mkdir(`${path}.lock`);
    await utimes(`${path}.lock`, 1, 1);
    await mkdir(`${path}.lock.removal`);
    await expect(editFile(path, () => 'new', { wait: 100 })).rejects.toMatchObject({ operation: 'lock' });
    expect((await readdir(home)).sort()).toEqual(['credentials.lock', 'credentials.lock.removal']);
  });
});

describe('on Windows, where another process has the file open for a moment', () => {
  useWindows();
  beforeEach(async () => {
    await writeFile(path, 'old\n');
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('it is read', async () => {
    const read = jest.spyOn(files, 'readFile').mockRejectedValueOnce(heldOpen());
    expect(await readProfileFile(path)).toBe('old\n');
    expect(read).toHaveBeenCalledTimes(2);
  });

  test('it is edited', async () => {
    jest.spyOn(files, 'readFile').mockRejectedValueOnce(heldOpen());
    await editFile(path, (text) => `${text ?? ''}new\n`);
    expect(await readFile(path, 'utf8')).toBe('old\nnew\n');
  });

  test('it is waited for as long as for a lock, where it is surely another process', async () => {
    const began = performance.now();
    const seconds = (passed: number) => jest.spyOn(performance, 'now').mockReturnValue(began + passed * 1000);
    jest.spyOn(files, 'readFile').mockImplementationOnce(() => {
      seconds(18);
      return Promise.reject(heldOpen());
    });
    expect(await readProfileFile(path)).toBe('old\n');
    const refused = Object.assign(new Error('EPERM: operation not permitted'), { code: 'EPERM' });
    jest.spyOn(files, 'readFile').mockImplementationOnce(() => {
      seconds(20);
      return Promise.reject(refused);
    });
    await expect(readProfileFile(path)).rejects.toThrow('EPERM');
  });

  test('it is deleted', async () => {
    jest.spyOn(files, 'rm').mockRejectedValueOnce(heldOpen());
    await editFile(path, () => undefined);
    await expect(stat(path)).rejects.toThrow('ENOENT');
  });
});

describe('two files of which neither is there', () => {
  const spelt = (name: string) => ({ credentials: join(home, 'AWS', name), config: join(home, 'aws', 'config') });

  describe('on Windows', () => {
    useWindows();

    test('are one if only the case of letters differs', async () => {
      const files = spelt('Config');
      expect(await asOneFile(files)).toEqual({ credentials: files.credentials, config: files.credentials });
      expect(await asOneFile(spelt('credentials'))).toEqual(spelt('credentials'));
    });
  });

  test('are two elsewhere', async () => {
    expect(await asOneFile(spelt('Config'))).toEqual(spelt('Config'));
  });
});

describe('a file that is mounted', () => {
  const busy = Object.assign(new Error('EBUSY: resource busy or locked'), { code: 'EBUSY' });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('is written in place, and emptied where it would be removed', async () => {
    await writeFile(path, 'a longer text\n', { mode: 0o644 });
    const { ino } = await stat(path);
    jest.spyOn(fs, 'renameSync').mockImplementation(() => {
      throw busy;
    });
    jest.spyOn(files, 'rm').mockRejectedValue(busy);
    await editFile(path, () => 'new\n');
    expect(await readFile(path, 'utf8')).toBe('new\n');
    expect(await stat(path)).toMatchObject({ ino });
    expect(await modeOf(path)).toBe('600');
    await editFile(path, () => undefined);
    expect(await readFile(path, 'utf8')).toBe('');
    jest.restoreAllMocks();
    expect(await readdir(home)).toEqual(['credentials']);
  });

  test('is found out beforehand where it cannot be written', async () => {
    path = join(home, 'my credentials');
    await writeFile(path, 'old\n');
    const readFileSync = fs.readFileSync;
    const info = `63 43 254:0 /b ${path.replace(' ', '\\040')} rw,relatime - ext4 /dev/vda rw\n`;
    jest
      .spyOn(fs, 'readFileSync')
      .mockImplementation((file, options) => (file === '/proc/self/mountinfo' ? info : readFileSync(file, options)));
    await rehearseEdit(path, () => 'new', { inPlace: true });
    const refused = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    const openSync = fs.openSync;
    jest.spyOn(fs, 'openSync').mockImplementation((file, ...how) => {
      if (file === path) throw refused;
      return openSync(file, ...how);
    });
    await expect(rehearseEdit(path, () => 'new', { inPlace: true })).rejects.toThrow('EROFS');
    await rehearseEdit(join(home, 'other'), () => 'new', { inPlace: true });
  });
});

describe('a file with another name', () => {
  let other: string;
  beforeEach(async () => {
    other = join(home, 'elsewhere', 'credentials');
    await mkdir(join(home, 'elsewhere'));
    await writeFile(path, 'a longer text\n', { mode: 0o644 });
    await link(path, other);
  });

  test('stays one file, and is emptied where it would be removed', async () => {
    await rehearseEdit(path, () => 'new\n', { inPlace: true });
    await editFile(path, () => 'new\n');
    expect(await readFile(other, 'utf8')).toBe('new\n');
    expect([(await stat(path)).ino, await modeOf(other)]).toEqual([(await stat(other)).ino, '600']);
    await editFile(other, () => undefined);
    expect(await readFile(path, 'utf8')).toBe('');
    expect(await readdir(join(home, 'elsewhere'))).toEqual(['credentials']);
  });

  test('has one lock for all its names', async () => {
    const ways = [path, other];
    await Promise.all(
      Array.from({ length: 12 }, (_, number) =>
        editFile(ways[number % 2] ?? path, (text) => `${text ?? ''}${number}\n`),
      ),
    );
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(13);
  });

  test('is as it was where an edit fails half-way', async () => {
    const write = jest.spyOn(fs, 'writeSync').mockImplementationOnce(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    await expect(editFile(path, () => 'new\n')).rejects.toThrow('ENOSPC');
    write.mockRestore();
    expect(await readFile(other, 'utf8')).toBe('a longer text\n');
  });

  test('is replaced where it is another user’s, who would read what is written', async () => {
    const owner = jest.spyOn(process, 'getuid').mockReturnValue(54_321);
    await editFile(path, () => 'new\n');
    owner.mockRestore();
    expect([await readFile(path, 'utf8'), await readFile(other, 'utf8')]).toEqual(['new\n', 'a longer text\n']);
  });
});

describe('in a folder in which the user may make nothing', () => {
  const USER = 12345;
  /** Where the locks of files in such folders are. */
  const locks = () => join(tmpdir(), `aws-identity-action-locks-${process.getuid?.()}`);

  /** Root may do everything, so the test goes on as another user. */
  async function ownFile(): Promise<void> {
    await writeFile(path, 'old\n');
    if (process.getuid?.() === 0) {
      jest.spyOn(process, 'getuid').mockReturnValue(USER);
      await rm(locks(), { recursive: true, force: true });
      await chown(path, USER, USER);
      await chmod(home, 0o755);
      process.seteuid?.(USER);
    } else {
      await chmod(home, 0o500);
    }
  }

  afterEach(async () => {
    if (process.geteuid?.() === USER) process.seteuid?.(0);
    await chmod(home, 0o700);
    jest.restoreAllMocks();
  });

  test("the user's own file is written in place, and emptied where it would be removed", async () => {
    await ownFile();
    await rehearseEdit(path, () => 'new', { inPlace: true });
    await editFile(path, (text) => `${text}new\n`);
    expect(await readFile(path, 'utf8')).toBe('old\nnew\n');
    expect(await modeOf(path)).toBe('600');
    await editFile(path, () => undefined);
    expect(await readFile(path, 'utf8')).toBe('');
    expect(await readdir(home)).toEqual(['credentials']);
    expect(await readdir(locks())).toEqual([]);
  });

  test('those who edit it wait for each other', async () => {
    await ownFile();
    await Promise.all(['a', 'b', 'c'].map((each) => editFile(path, (text) => `${text}${each}\n`)));
    expect((await readFile(path, 'utf8')).trim().split('\n').sort()).toEqual(['a', 'b', 'c', 'old']);
  });

  test('another file cannot be made', async () => {
    await ownFile();
    const attempt = rehearseEdit(join(home, 'config'), () => 'new', { inPlace: true });
    await expect(attempt).rejects.toThrow('set profile-location: job');
  });

  test('a file of another user is not written: that one would have the credentials', async () => {
    await ownFile();
    const getuid = jest.spyOn(process, 'getuid').mockReturnValue(USER + 1);
    const wrong = 'set profile-location: job';
    await expect(rehearseEdit(path, () => 'new', { inPlace: true })).rejects.toThrow(wrong);
    await expect(editFile(path, () => 'new')).rejects.toThrow(wrong);
    getuid.mockRestore();
    expect(await readFile(path, 'utf8')).toBe('old\n');
  });

  test('no lock is taken in a folder that others may change', async () => {
    await ownFile();
    await editFile(path, (text) => text);
    await chmod(locks(), 0o777);
    await expect(editFile(path, () => 'new')).rejects.toThrow(
      `${locks()}, where its lock would be, is not this user's`,
    );
    await chmod(locks(), 0o700);
  });
});

describe('what the system refuses is reported in its words, with what to do', () => {
  const LET = "Let the job's user read and write the file and its directory, set profile-location: job, or point";
  const FREE = 'Free some space on the disk, or raise the limit for files (ulimit -f).';
  const NAME = 'Name a file with AWS_SHARED_CREDENTIALS_FILE or AWS_CONFIG_FILE.';
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each([
    ['EACCES', LET],
    ['EPERM', LET],
    ['EROFS', LET],
    ['ENOSPC', FREE],
    ['EDQUOT', FREE],
    ['EFBIG', FREE],
    ['EIO', NAME],
  ])('%s', async (code, fix) => {
    const cause = Object.assign(new Error(`${code}: words`), { code });
    await writeFile(path, '');
    jest.spyOn(files, 'readFile').mockRejectedValue(cause);
    await expect(readProfileFile(path)).rejects.toMatchObject({
      name: 'ProfileError',
      operation: 'read',
      path,
      cause,
      message: expect.stringContaining(`Could not read the profile file ${path}: ${code}: words. ${fix}`) as string,
    });
    await expect(editFile(path, () => 'new')).rejects.toMatchObject({
      operation: 'write',
      message: expect.stringContaining(`Could not write the profile file ${path}: ${code}: words. ${fix}`) as string,
    });
  });
});

describe('copyProfileFiles', () => {
  const folder = () => join(home, 'copies');
  const config = () => join(home, 'elsewhere');
  beforeEach(() => mkdir(folder()));

  test('copies both byte by byte, for their owner alone, whoever may read the originals', async () => {
    const foreign = Buffer.from('# Gr\xfc\xdfe\n', 'latin1');
    await writeFile(path, foreign, { mode: 0o644 });
    await writeFile(config(), '[default]\n', { mode: 0o644 });
    const copies = await copyProfileFiles({ credentials: path, config: config() }, folder());
    expect(copies).toEqual({ credentials: join(folder(), 'credentials'), config: join(folder(), 'config') });
    expect(await readFile(copies.credentials)).toEqual(foreign);
    expect(await readFile(copies.config, 'utf8')).toBe('[default]\n');
    expect([await modeOf(copies.credentials), await modeOf(copies.config)]).toEqual(['600', '600']);
  });

  test('makes none of what is not there', async () => {
    await copyProfileFiles({ credentials: path, config: config() }, folder());
    expect(await readdir(folder())).toEqual([]);
  });

  test('makes one of the file that serves as both', async () => {
    await writeFile(path, '[default]\n');
    const copies = await copyProfileFiles({ credentials: path, config: path }, folder());
    expect(copies.config).toBe(copies.credentials);
    expect(await readdir(folder())).toEqual(['credentials']);
  });

  test('says which file could not be read, or written', async () => {
    await mkdir(config());
    await expect(copyProfileFiles({ credentials: path, config: config() }, folder())).rejects.toThrow(
      `Could not read the profile file ${config()}: It is a directory.`,
    );
    await writeFile(path, '[default]\n');
    const nowhere = join(home, 'nowhere');
    await expect(copyProfileFiles({ credentials: path, config: path }, nowhere)).rejects.toThrow(
      new RegExp(`^Could not write the profile file ${join(nowhere, 'credentials')}: .*ENOENT`),
    );
  });
});

test('readProfileFile tells a missing file from an empty one', async () => {
  expect(await readProfileFile(join(home, 'no', 'such'))).toBeUndefined();
  await writeFile(path, '');
  expect(await readProfileFile(path)).toBe('');
  expect(await readdir(home)).toEqual(['credentials']);
});
