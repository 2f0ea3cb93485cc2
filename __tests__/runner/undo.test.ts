import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import fs, { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import { join } from 'node:path';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { ACTIONS_NODE } from '../../sandbox/runner/processes';
import { systemClock } from '../../src/network/clock';
import { writeProfiles } from '../../src/profile/profile';
import type { Created } from '../../src/runner/ledger';
import { Ledger } from '../../src/runner/ledger';
import { undo as undoStep, type UndoIdentities } from '../../src/runner/undo';
import { heldOpen } from '../files/on-windows';
import { EXAMPLE_KEY } from '../profile/fixtures';
import { EXAMPLE_KEYS } from '../scenarios/scenario';
import { inJob, useJobDirectory } from './job-files';

useJobDirectory();

/** A directory that a warning can name only when it is escaped. */
const AWS = 'a\nw%s';

/** For a step that changed nothing in IAM. */
const notAsked = () => Promise.reject(new Error('IAM is not to be asked'));

let said: string;
beforeEach(() => {
  said = '';
  // Whoever runs the tests may have profiles.
  jest.spyOn(os, 'homedir').mockReturnValue(inJob('home'));
  writeFileSync(inJob('env'), '');
});
afterEach(() => jest.restoreAllMocks());

/** The post step in this environment; what it prints is in `said`. */
function undo(env: NodeJS.ProcessEnv, undoIdentities: UndoIdentities): Promise<void> {
  const print = (text: string) => void (said += text);
  return undoStep({ env, clock: systemClock, print }, { undoIdentities, endSignIns: notAsked, warningsIn: () => [] });
}

/** What keeps the changes of a main step with these variables, and the environment of its post step. */
function ledgerOf(before: Record<string, string>): { ledger: Ledger; env: NodeJS.ProcessEnv } {
  const env: NodeJS.ProcessEnv = { GITHUB_ENV: inJob('env') };
  const ledger = new Ledger({ ...before, RUNNER_TEMP: inJob() }, (name, value) => {
    env[`STATE_${name}`] = value;
  });
  return { ledger, env };
}

/** The environment of the post step after main exported these variables, and wrote the profile if it is to. */
async function afterMain(before: Record<string, string>, names = Object.keys(before), profile = false) {
  const { ledger, env } = ledgerOf(before);
  if (names.length > 0) ledger.exporting(names);
  if (!profile) return env;
  const files = { credentials: inJob(AWS, 'credentials'), config: inJob(AWS, 'config') };
  const dev = { name: 'dev', credentials: EXAMPLE_KEY, config: { region: 'eu-north-1' } };
  const record = (written: Parameters<Ledger['writing']>[0]) => {
    ledger.writing(written);
  };
  await writeProfiles(files, [dev], { overwrite: true, record });
  return env;
}

test('variables get the values they had, or none', async () => {
  const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION', 'AWS_SESSION_TOKEN']);
  await undo(env, notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1', AWS_SESSION_TOKEN: '' });
  expect(said).toBe('Variables emptied: AWS_SESSION_TOKEN\nVariables with their earlier values again: AWS_REGION\n');
  expect(readdirSync(inJob())).toEqual(['env']);
});

test.each([
  ['', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }, '[profile ""]'],
  ['default', {}, '[default]'],
])('a profile that was not named is %j, which boto3 looks for, where there was %j', async (name, keys, section) => {
  const exported = ['AWS_PROFILE', 'AWS_CONFIG_FILE', 'AWS_ACCESS_KEY_ID'];
  const env = { ...(await afterMain(keys, exported)), AWS_CONFIG_FILE: inJob('gone'), AWS_ACCESS_KEY_ID: 'ours' };
  await undo({ ...env, RUNNER_TEMP: inJob() }, notAsked);
  const { AWS_PROFILE, AWS_CONFIG_FILE = '' } = readCommandFile(inJob('env'));
  expect(AWS_PROFILE).toBe(name);
  expect(readFileSync(AWS_CONFIG_FILE, 'utf8')).toContain(section);
  expect(said).toMatch(/^Variables emptied: .*\nVariables with what tools take for none: .*AWS_CONFIG_FILE=/);
});

test('a region that was not set is that of the profile in use, also the second time', async () => {
  writeFileSync(inJob('config'), '[profile mine]\nregion = eu-south-2\n');
  const profile = { AWS_PROFILE: 'mine', AWS_CONFIG_FILE: inJob('config') };
  const names = ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_ACCESS_KEY_ID', 'AWS_PROFILE'];
  const env = { ...(await afterMain(profile, names)), ...profile, AWS_PROFILE: 'ours', AWS_REGION: 'eu-north-1' };
  await undo(env, notAsked);
  const region = 'eu-south-2';
  const restored = { AWS_REGION: region, AWS_DEFAULT_REGION: region, AWS_ACCESS_KEY_ID: '', AWS_PROFILE: 'mine' };
  expect(readCommandFile(inJob('env'))).toEqual(restored);
  expect(said).toContain(
    `Variables with what tools take for none: AWS_REGION=${region}, AWS_DEFAULT_REGION=${region}\n`,
  );
  said = '';
  await undo({ ...env, ...restored }, notAsked);
  expect(said).toBe('Nothing to clean up.\n');
});

test('without room for a file, the profile is not named all the same', async () => {
  await undo({ ...(await afterMain({}, ['AWS_PROFILE'])), RUNNER_TEMP: inJob('nowhere') }, notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_PROFILE: '' });
});

test('several variables that had values are named one by one', async () => {
  await undo(await afterMain({ AWS_REGION: 'eu-west-1', AWS_PROFILE: 'dev' }), notAsked);
  expect(said).toContain('Variables with their earlier values again: AWS_REGION, AWS_PROFILE\n');
});

test.each([
  ['line breaks', 'one\ntwo\n\nfour'],
  ['a line break at its end', 'one\n'],
  ['Windows line breaks', 'one\r\ntwo'],
  ['the delimiter', 'one\nghadelimiter\ntwo'],
  ['the delimiter alone', 'ghadelimiter'],
  ['the delimiter before a Windows line break', 'ghadelimiter\r\nghadelimiter_'],
  ['the delimiter and the next', 'ghadelimiter_\nghadelimiter\nX=1'],
  ['what looks like an assignment', 'X<<ghadelimiter'],
  ['letters of all kinds', 'Größe=漢字'],
])('a value with %s comes back as it was', async (_, value) => {
  await undo(await afterMain({ AWS_PROFILE: value }), notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_PROFILE: value });
  // On Windows the runner takes either line break for the end of a line, also of the delimiter's.
  const [first = '', ...lines] = readFileSync(inJob('env'), 'utf8').split(/\r?\n/);
  expect(lines.indexOf(first.replace('AWS_PROFILE<<', ''))).toBe(lines.length - 2);
  expect(said).toBe('Variables with their earlier values again: AWS_PROFILE\n');
});

test('what others wrote to the file of variables stays', async () => {
  writeFileSync(inJob('env'), 'OTHER=1\n');
  await undo(await afterMain({ AWS_REGION: 'eu-west-1' }), notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ OTHER: '1', AWS_REGION: 'eu-west-1' });
});

test.each([
  ['none is named', undefined, 'The runner gave no file for them (GITHUB_ENV).'],
  ['an empty name', '', 'The runner gave no file for them (GITHUB_ENV).'],
  ['it cannot be written', '/nowhere/env', 'ENOENT'],
])('without a file for variables (%s) it warns, and does the rest', async (_, file, reason) => {
  const env = { ...(await afterMain({}, ['AWS_REGION', 'AWS_PROFILE'], true)), GITHUB_ENV: file };
  await undo(env, notAsked);
  expect(said).toContain(
    `::warning title=AWS identity clean-up::Variables could not be restored: AWS_REGION, AWS_PROFILE. ${reason}`,
  );
  expect(said).toContain('Profile removed from the AWS files: dev\n');
  expect(readdirSync(inJob(AWS))).toEqual([]);
});

test('a profile that cannot be taken out draws a warning of one line, and the rest is done', async () => {
  const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION'], true);
  rmSync(inJob(AWS, 'config'));
  mkdirSync(inJob(AWS, 'config'));
  await undo(env, notAsked);
  const [warning = '', ...others] = said.trimEnd().split('\n');
  expect(warning).toMatch(/^::warning title=AWS identity clean-up::The profile dev is still in the AWS files\. Could/);
  expect(warning).toContain('a%0Aw%25s');
  expect(others.every((line) => !line.startsWith('::'))).toBe(true);
  expect(existsSync(inJob(AWS, 'credentials'))).toBe(false);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
});

describe('profiles alone', () => {
  const before = (name: string) => `[${name}]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE`;

  /** The environment of the post step after main wrote these profiles, of which each stood there already. */
  function afterWriting(...names: readonly string[]): NodeJS.ProcessEnv {
    const { ledger, env } = ledgerOf({});
    writeFileSync(inJob('credentials'), names.map((name) => `[${name}]\naws_session_token = ours\n`).join(''));
    const written = names.map((name) => ({
      state: { name, sections: [{ path: inJob('credentials'), header: name, before: 'filled' } as const] },
      replaced: [before(name)],
    }));
    ledger.writing(written);
    return env;
  }

  test('are put back by what the file has, of variables nothing is said, and nothing stays', async () => {
    await undo(afterWriting('dev', 'test'), notAsked);
    expect(said).toBe('Profile removed from the AWS files: dev, test\n');
    expect(readFileSync(inJob('credentials'), 'utf8')).toBe(`${before('dev')}\n${before('test')}\n`);
    expect(readdirSync(inJob()).sort()).toEqual(['credentials', 'env']);
  });

  test('that cannot be put back are not forgotten', async () => {
    const env = afterWriting('dev', 'test');
    const files = readdirSync(inJob());
    rmSync(inJob('credentials'));
    mkdirSync(inJob('credentials'));
    await undo(env, notAsked);
    expect(said).toContain('The profile dev, test is still in the AWS files.');
    expect(readdirSync(inJob())).toEqual(files);
  });
});

describe('folders made for the job', () => {
  /** The environment of the post step after main made these, and exported a variable that had a value. */
  function afterMaking(...folders: readonly string[]): NodeJS.ProcessEnv {
    const { ledger, env } = ledgerOf({ AWS_REGION: 'eu-west-1' });
    ledger.exporting(['AWS_REGION']);
    folders.forEach((folder) => {
      ledger.making(folder);
    });
    return env;
  }

  test('are removed with all that is in them; one that is gone already is no fault', async () => {
    mkdirSync(inJob('first', 'deep'), { recursive: true });
    writeFileSync(inJob('first', 'deep', 'config'), '');
    await undo(afterMaking(inJob('first'), inJob('gone')), notAsked);
    for (const name of ['first', 'gone']) expect(said).toContain(`Removed with all that was in it: ${inJob(name)}\n`);
    expect(said).not.toContain('::warning');
    expect(readdirSync(inJob())).toEqual(['env']);
  });

  test('that cannot be removed draw a warning, and are not forgotten', async () => {
    const env = afterMaking('/first', '/second');
    const files = readdirSync(inJob());
    jest.spyOn(fs, 'rmSync').mockImplementationOnce(() => {
      throw heldOpen();
    });
    await undo(env, notAsked);
    expect(said).toContain(
      '::warning title=AWS identity clean-up::Something may be left in /first. EBUSY: resource busy or locked\n',
    );
    expect(said).toContain('Removed with all that was in it: /second\n');
    expect(readdirSync(inJob())).toEqual(files);
    expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
  });
});

test('what could not be put back is not forgotten: the next run puts it back', async () => {
  const env = { ...(await afterMain({ AWS_REGION: 'eu-west-1' })), GITHUB_ENV: undefined };
  await undo(env, notAsked);
  expect(said).toContain('::warning');
  await undo({ ...env, GITHUB_ENV: inJob('env') }, notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
  expect(readdirSync(inJob())).toEqual(['env']);
});

describe('what was stored of the changes is lost', () => {
  const ledgerFolder = () => inJob(readdirSync(inJob()).find((name) => name.startsWith('aws-identity-')) ?? 'none');

  test('with the secrets in it: what is ours goes, and what was there before is named', async () => {
    const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION', 'AWS_SESSION_TOKEN'], true);
    writeFileSync(`${ledgerFolder()}/before.json`, '{');
    await undo(env, notAsked);
    expect(said).toMatch(
      /^::warning title=AWS identity clean-up::What was there before cannot be put back, as .*before\.json was spoiled/,
    );
    expect(said).toContain(': AWS_REGION. They are removed.\n');
    expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: '', AWS_SESSION_TOKEN: '' });
    expect(readdirSync(inJob(AWS))).toEqual([]);
  });

  test('for as long as post runs: what stood there is neither overwritten nor deleted', async () => {
    const { ledger, env } = ledgerOf({ AWS_REGION: 'eu-west-1' });
    ledger.exporting(['AWS_REGION']);
    const files = { credentials: inJob('credentials'), config: inJob('config') };
    writeFileSync(files.credentials, '[prod]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n');
    const prod = { name: 'prod', credentials: EXAMPLE_KEY, config: {} };
    const record = (written: Parameters<Ledger['writing']>[0]) => {
      ledger.writing(written);
    };
    await writeProfiles(files, [prod], { overwrite: true, record });
    const { readFileSync: read } = fs;
    jest.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    jest.spyOn(fs, 'readFileSync').mockImplementation(((path: string, options: 'utf8') => {
      if (path.endsWith('before.json')) throw Object.assign(new Error('EACCES: denied'), { code: 'EACCES' });
      return read(path, options);
    }) as never);
    await undo(env, notAsked);
    expect(said).toContain('could not be read (EACCES: denied): AWS_REGION, the profile prod. They stay as the step');
    expect(readCommandFile(inJob('env'))).toEqual({});
    jest.restoreAllMocks();
    await undo(env, notAsked);
    expect(readFileSync(files.credentials, 'utf8')).toBe('[prod]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n');
    expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
  });

  test('as someone emptied RUNNER_TEMP: what the state names is undone, with a warning', async () => {
    const before = { AWS_REGION: 'eu-west-1' };
    const env = await afterMain(before, ['AWS_REGION', 'AWS_SESSION_TOKEN'], true);
    rmSync(ledgerFolder(), { recursive: true });
    await undo({ ...env, AWS_SESSION_TOKEN: 'ours' }, notAsked);
    expect(said).toMatch(
      /^::warning .*changes\.json is gone\. The runner's state has all that the step changed, too\.\n/,
    );
    expect(said).toContain('AWS_REGION. They stay as the step left them.\n');
    expect(readCommandFile(inJob('env'))).toEqual({ AWS_SESSION_TOKEN: '' });
    expect(readdirSync(inJob(AWS))).toEqual([]);
    expect(readdirSync(inJob()).sort()).toEqual([AWS, 'env']);
  });
});

test('what could not be reported where it happened is, before its folder is removed', async () => {
  const { ledger, env } = ledgerOf({});
  mkdirSync(inJob('sessions'));
  ledger.making(inJob('sessions'));
  const print = (text: string) => void (said += text);
  const warningsIn = (folder: string) => (existsSync(folder) ? [`The profile in ${folder} could not be renewed.`] : []);
  await undoStep({ env, clock: systemClock, print }, { undoIdentities: notAsked, endSignIns: notAsked, warningsIn });
  expect(said).toContain(`::warning title=AWS identity clean-up::The profile in ${inJob('sessions')} could not be`);
  expect(readdirSync(inJob())).toEqual(['env']);
});

test('a second time it takes nothing more out, and warns of nothing', async () => {
  const env = await afterMain({}, ['AWS_REGION'], true);
  await undo(env, notAsked);
  writeFileSync(inJob(AWS, 'config'), '[profile other]\nregion = x\n');
  await undo(env, notAsked);
  expect(readdirSync(inJob(AWS))).toEqual(['config']);
  expect(readFileSync(inJob(AWS, 'config'), 'utf8')).toBe('[profile other]\nregion = x\n');
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: '' });
  expect(said).not.toContain('::warning');
});

test.each<[what: string, more: NodeJS.ProcessEnv, words: string]>([
  ['nothing was kept', { STATE_changes: '' }, 'Nothing to clean up.\n'],
  ['it is to be skipped', { AWS_SKIP_CLEANUP_STEP: 'true' }, 'Nothing cleaned up: AWS_SKIP_CLEANUP_STEP is true.\n'],
])('where %s it says so, and does nothing', async (_, more, words) => {
  await undo({ ...(await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION'], true)), ...more }, notAsked);
  expect(said).toBe(words);
  expect(readFileSync(inJob('env'), 'utf8')).toBe('');
  expect(readdirSync(inJob(AWS))).toEqual(['config', 'credentials']);
});

test('AWS_SKIP_CLEANUP_STEP with any other value skips nothing', async () => {
  await undo({ ...(await afterMain({ AWS_REGION: 'eu-west-1' })), AWS_SKIP_CLEANUP_STEP: 'false' }, notAsked);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
});

test('a state that someone has spoiled draws a warning', async () => {
  await undo({ GITHUB_ENV: inJob('env'), STATE_changes: '{' }, notAsked);
  expect(said).toContain('::warning title=AWS identity clean-up::The clean-up did not finish. ');
});

test.each([
  ['keys', 'step keys'],
  ['__octo_aws-identity-action_2', 'no. 2 in this job'],
  ['a,b::%', 'step a%2Cb%3A%3A%25'],
])('a warning says of which step it is: %s', async (GITHUB_ACTION, words) => {
  await undo({ GITHUB_ENV: inJob('env'), GITHUB_ACTION, STATE_changes: '{' }, notAsked);
  expect(said).toContain(`::warning title=AWS identity clean-up (${words})::The clean-up did not finish. `);
});

describe('what main did in IAM', () => {
  const SECRET: Created = {
    kind: 'secret',
    secret: { store: 'github-secrets', name: 'SEED', location: { of: 'repository', repository: 'octo/app' } },
    user: 'pulumi',
    at: Date.parse('2026-04-11T12:00:00Z'),
  };
  const CREATED: readonly Created[] = [
    { kind: 'policy', arn: 'arn:aws:iam::123456789012:policy/read' },
    { kind: 'user', name: 'pulumi', arn: 'arn:aws:iam::123456789012:user/pulumi' },
    { kind: 'access key', user: 'pulumi', id: EXAMPLE_KEYS.accessKeyId },
    { kind: 'MFA device', user: 'pulumi', serial: 'arn:aws:iam::123456789012:mfa/pulumi' },
    SECRET,
  ];
  const UNSETTLED = [{ user: 'ci', destinations: [{ to: 'environment' }] }] as const;
  const KEYS = { ci: { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: randomBytes(30).toString('base64') } };
  const EVERYTHING =
    'policy arn:aws:iam::123456789012:policy/read, user pulumi, access key AKIAIOSFODNN7EXAMPLE of pulumi, ' +
    'MFA device arn:aws:iam::123456789012:mfa/pulumi, GitHub secret SEED, access key of ci';

  /** The environment of the post step after main made all of it, and exported a variable. */
  function afterMaking(created: readonly Created[], unfinished: Parameters<Ledger['makingKeys']>[0]) {
    const { ledger, env } = ledgerOf({});
    ledger.exporting(['AWS_REGION']);
    created.forEach((one) => {
      ledger.creating(one, EXAMPLE_KEYS);
    });
    if (unfinished.length > 0) ledger.makingKeys(unfinished, EXAMPLE_KEYS, KEYS);
    return env;
  }

  test.each<[what: string, created: readonly Created[], unfinished: Parameters<Ledger['makingKeys']>[0]]>([
    ['what an ephemeral step made', CREATED, []],
    ['keys that may be nobody’s', [], UNSETTLED],
    ['both', CREATED, UNSETTLED],
  ])('%s: is undone with the credentials of main, and forgotten', async (_, created, unfinished) => {
    const env = afterMaking(created, unfinished);
    const undoing = jest.fn<ReturnType<UndoIdentities>, Parameters<UndoIdentities>>(() => Promise.resolve());
    await undo(env, undoing);
    const keys = unfinished.length > 0 ? { keys: KEYS } : {};
    const changes = { created, unfinished, credentials: EXAMPLE_KEYS, route: {}, ...keys };
    const any = expect.any(Function) as unknown;
    const reporter = { log: any, warn: any, mask: any };
    expect(undoing.mock.calls).toEqual([
      [changes, EXAMPLE_KEYS, expect.objectContaining({ env, clock: systemClock }), reporter],
    ]);
    expect(said).toBe('Variables emptied: AWS_REGION\n');
    expect(readdirSync(inJob())).toEqual(['env']);
  });

  test('a reporter that warns does so in one line', async () => {
    await undo(afterMaking(CREATED, []), (_, __, ___, { log, warn }) => {
      log('looking');
      warn('100%\r\nsure');
      return Promise.resolve();
    });
    expect(said).toContain('\nlooking\n::warning title=AWS identity clean-up::100%25%0Asure\n');
  });

  test('a secret is hidden line by line, each once', async () => {
    await undo(afterMaking(CREATED, []), (_, __, ___, { mask }) => {
      mask('first%\nsecond');
      mask('second');
      return Promise.resolve();
    });
    expect(said).toContain('\n::add-mask::first%25\n::add-mask::second\n');
    expect(said.match(/second/g)).toHaveLength(1);
  });

  test('what main exported is not in the environment in which it is undone', async () => {
    const env = { ...afterMaking(CREATED, []), AWS_REGION: 'eu-central-1' };
    const found: (string | undefined)[] = [];
    await undo(env, (_, __, step) => Promise.resolve(void found.push(step.env.AWS_REGION)));
    expect(found).toEqual([undefined]);
  });

  test('what cannot be undone draws a warning that names all of it, and is tried again the next time', async () => {
    const env = afterMaking(CREATED, UNSETTLED);
    await undo(env, () => Promise.reject(new Error('no connection')));
    const warning = `In IAM, something may be left of: ${EVERYTHING}. no connection\n`;
    expect(said).toContain(`::warning title=AWS identity clean-up::${warning}`);
    expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: '' });
    const undoing = jest.fn(() => Promise.resolve());
    await undo(env, undoing);
    expect(undoing).toHaveBeenCalledTimes(1);
    expect(readdirSync(inJob())).toEqual(['env']);
  });

  test('without the credentials that main kept it says what may be left', async () => {
    const env = afterMaking([SECRET], []);
    const [secretState = ''] = readdirSync(inJob()).filter((name) => name !== 'env');
    writeFileSync(inJob(secretState, 'before.json'), '{');
    await undo(env, notAsked);
    expect(said).toContain('left of: GitHub secret SEED. The credentials that main saved for this are missing.');
  });
});

test('where nobody reads its log, the clean-up goes on', async () => {
  const env = await afterMain({ AWS_REGION: 'eu-west-1' }, ['AWS_REGION'], true);
  const args = ['--require', 'tsx/cjs', join(__dirname, '../../src/post.ts')];
  const post = spawn(ACTIONS_NODE, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  post.stdout.destroy();
  expect(await once(post, 'close')).toEqual([0, null]);
  expect(readCommandFile(inJob('env'))).toEqual({ AWS_REGION: 'eu-west-1' });
});
