import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { readSession } from '../../src/credential-process/session-file';
import { checkJobProfiles, writeJobProfiles, type ProfilesToWrite } from '../../src/delivery/job-profiles';
import { Ledger } from '../../src/runner/ledger';
import { readLedger } from '../../src/runner/read-ledger';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useJobDirectory();

let env: NodeJS.ProcessEnv;
let step: Step;
/** What post would find. */
let postEnv: NodeJS.ProcessEnv;
beforeEach(() => {
  for (const name of ['home', 'ledger', 'temp']) mkdirSync(inJob(name));
  env = {
    RUNNER_TEMP: inJob('temp'),
    AWS_SHARED_CREDENTIALS_FILE: inJob('home', 'credentials'),
    AWS_CONFIG_FILE: inJob('home', 'config'),
  };
  postEnv = {};
  const ledger = new Ledger({ RUNNER_TEMP: inJob('ledger') }, (name, value) => {
    postEnv[`STATE_${name}`] = value;
  });
  step = { env, ledger } as Step;
});

const kept = () => readLedger(postEnv)?.changes;
const expiration = new Date('2030-01-01T00:00:00Z');
const SESSION = { ...EXAMPLE_KEYS, sessionToken: 'AQoEXAMPLE', expiration };
const TO_WRITE: ProfilesToWrite = {
  profiles: [
    { name: 'dev', credentials: SESSION },
    { name: 'test', credentials: EXAMPLE_KEYS },
  ],
  overwrite: false,
  output: undefined,
  location: 'home',
  region: 'eu-central-1',
  refresh: false,
};

/** The files that later steps find, with what is in them. */
function inFiles(variables: Readonly<Record<string, string>>): { credentials: string; config: string } {
  const { AWS_SHARED_CREDENTIALS_FILE = '', AWS_CONFIG_FILE = '' } = { ...env, ...variables };
  return {
    credentials: readFileSync(AWS_SHARED_CREDENTIALS_FILE, 'utf8'),
    config: readFileSync(AWS_CONFIG_FILE, 'utf8'),
  };
}

test('in the home: credentials and settings in its files, which later steps find by themselves', async () => {
  const { variables, takeBack } = await writeJobProfiles({ ...TO_WRITE, output: 'json' }, step);
  expect(variables).toEqual({});
  const { credentials, config } = inFiles(variables);
  expect(credentials).toContain('[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
  expect(credentials).toContain('aws_session_token = AQoEXAMPLE\n');
  expect(config).toContain('[profile dev]\nregion = eu-central-1\noutput = json\n');
  expect(config).toContain('[profile test]\nregion = eu-central-1\noutput = json\n');
  expect(kept()?.profiles.map(({ state }) => state.name)).toEqual(['dev', 'test']);
  expect(kept()?.folders).toEqual([]);
  await takeBack();
  expect(readdirSync(inJob('home'))).toEqual([]);
});

test('without an output there is none in the settings', async () => {
  const { variables } = await writeJobProfiles(TO_WRITE, step);
  expect(inFiles(variables).config).toBe(
    '[profile test]\nregion = eu-central-1\n\n[profile dev]\nregion = eu-central-1\n\n',
  );
});

describe('for the job', () => {
  const OF_JOB: ProfilesToWrite = { ...TO_WRITE, location: 'job' };
  const MINE = '[mine]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\n';
  beforeEach(() => {
    writeFileSync(inJob('home', 'credentials'), MINE);
  });

  test('they are in files of its own, with copies of the home’s, and go with their folder', async () => {
    const { variables, takeBack } = await writeJobProfiles(OF_JOB, step);
    const folder = dirname(variables.AWS_CONFIG_FILE ?? '');
    expect(dirname(folder)).toBe(inJob('temp'));
    expect(variables.AWS_SHARED_CREDENTIALS_FILE).toBe(`${folder}/credentials`);
    const { credentials, config } = inFiles(variables);
    expect(credentials).toContain(MINE);
    expect(credentials).toContain('[dev]');
    expect(config).toContain('[profile dev]');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(`${folder}/credentials`).mode & 0o777).toBe(0o600);
    expect(readdirSync(inJob('home'))).toEqual(['credentials']);
    expect(kept()).toMatchObject({ folders: [folder], profiles: [] });
    await takeBack();
    expect(readdirSync(inJob('temp'))).toEqual([]);
  });

  test('a second step writes to the files of the first, and takes out its own alone', async () => {
    const first = await writeJobProfiles(OF_JOB, step);
    Object.assign(env, first.variables);
    const second = await writeJobProfiles(
      { ...OF_JOB, profiles: [{ name: 'later', credentials: EXAMPLE_KEYS }] },
      step,
    );
    expect(second.variables).toEqual(first.variables);
    expect(inFiles(first.variables).credentials).toContain('[later]');
    expect(kept()?.folders).toHaveLength(1);
    expect(kept()?.profiles.map(({ state }) => state.name)).toEqual(['later']);
    await second.takeBack();
    expect(inFiles(first.variables).credentials).toContain('[dev]');
    expect(inFiles(first.variables).credentials).not.toContain('[later]');
  });

  test('a folder of the job is not taken for that of the profiles because of one of its files', async () => {
    const { variables } = await writeJobProfiles(OF_JOB, step);
    env.AWS_CONFIG_FILE = variables.AWS_CONFIG_FILE;
    const second = await writeJobProfiles({ ...OF_JOB, overwrite: true }, step);
    expect(second.variables.AWS_CONFIG_FILE).not.toBe(variables.AWS_CONFIG_FILE);
  });

  test('nothing is left of what cannot be written', async () => {
    mkdirSync(inJob('home', 'config'));
    await expect(writeJobProfiles(OF_JOB, step)).rejects.toThrow('It is a directory');
    expect(readdirSync(inJob('temp'))).toEqual([]);
  });
});

describe('that renew themselves', () => {
  const { argv, platform } = process;
  beforeEach(() => (process.argv = ['node', '/action/dist/main/index.js']));
  afterEach(() => {
    process.argv = argv;
    Object.defineProperty(process, 'platform', { value: platform });
  });

  test('the settings name the program and its session, in the order of the profiles; no file has keys', async () => {
    const { variables, takeBack } = await writeJobProfiles({ ...TO_WRITE, refresh: true }, step);
    expect(existsSync(inJob('home', 'credentials'))).toBe(false);
    const config = readFileSync(inJob('home', 'config'), 'utf8');
    const [folder = ''] = readdirSync(inJob('temp'));
    expect(folder).toMatch(/^aws-sessions-/);
    for (const [name, file] of [
      ['dev', '1.json'],
      ['test', '2.json'],
    ] as const) {
      const path = inJob('temp', folder, file);
      const command = `${process.execPath} /action/dist/credential-process/index.js ${path}`;
      expect(config.replaceAll(/ NODE_\w+=(?= )/g, '')).toContain(
        `[profile ${name}]\nregion = eu-central-1\ncredential_process = /usr/bin/env ${command}\n`,
      );
      expect(readSession(path).profile).toBe(name);
    }
    expect(readSession(inJob('temp', folder, '1.json')).credentials).toMatchObject({
      SessionToken: 'AQoEXAMPLE',
      Expiration: '2030-01-01T00:00:00.000Z',
    });
    expect(variables).toEqual({});
    expect(kept()).toMatchObject({ folders: [inJob('temp', folder)] });
    await takeBack();
    expect([readdirSync(inJob('temp')), readdirSync(inJob('home'))]).toEqual([[], []]);
  });

  describe('are looked at before there is anything to renew', () => {
    const checkOf = (program: string, runner = {}) => {
      process.argv = ['node', program];
      const profiles = { ...TO_WRITE, names: ['dev'], refresh: true };
      return checkJobProfiles(profiles, { env, runner } as unknown as Step);
    };

    test('on Windows, a path that needs quotes draws a warning, as SDKs for Go and Rust cannot run it', async () => {
      const warning = jest.fn();
      Object.defineProperty(process, 'platform', { value: 'win32' });
      await checkOf('D:\\actions\\dist\\main\\index.js', { warning });
      expect(warning).not.toHaveBeenCalled();
      await checkOf('/my actions/dist/main/index.js', { warning });
      expect(warning.mock.calls).toEqual([[expect.stringContaining('such as Terraform, cannot run it; others can.')]]);
      expect(readdirSync(inJob('temp'))).toEqual([]);
    });

    test('a path that AWS’s tools would misread stops the step', async () => {
      const check = checkOf('/my $actions/dist/main/index.js');
      await expect(check).rejects.toMatchObject({ code: 'credential-process-path' });
      expect(readdirSync(inJob('temp'))).toEqual([]);
    });

    test('so does a folder of the runner in which nothing can be made', async () => {
      env.RUNNER_TEMP = inJob('nowhere');
      await expect(checkOf('/actions/dist/main/index.js')).rejects.toMatchObject({ code: 'runner-files' });
    });
  });

  test('no session is left where the profiles cannot be written', async () => {
    mkdirSync(inJob('home', 'config'));
    await expect(writeJobProfiles({ ...TO_WRITE, refresh: true }, step)).rejects.toThrow('It is a directory');
    expect(readdirSync(inJob('temp'))).toEqual([]);
  });
});

describe('profiles to be written', () => {
  const TO_CHECK = { overwrite: false, output: undefined, location: 'home', refresh: false } as const;
  const free = (names: string[], overwrite = false) => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') };
    return checkJobProfiles({ ...TO_CHECK, names, overwrite }, { env } as unknown as Step);
  };
  const there = (path: string) =>
    `The profile dev is in ${path} already. Set overwrite-aws-profile: true to replace it for the time of the job.`;
  const FIX = '\nFix: Correct that, choose another name, or omit the profile.';

  test('that are free, or may be overwritten, let the step begin, and nothing is made', async () => {
    await free(['dev', 'test']);
    expect(readdirSync(inJob()).sort()).toEqual(['home', 'ledger', 'temp']);
    writeFileSync(inJob('credentials'), '[dev]\n');
    await free(['dev'], true);
  });

  test('none need no files', async () => {
    mkdirSync(inJob('credentials'));
    await free([]);
  });

  test('one that is there already stops it', async () => {
    writeFileSync(inJob('config'), '[profile dev]\n');
    const message = await free(['test', 'dev']).catch((error: unknown) => String(error));
    expect(message).toContain('Could not start: the profile dev cannot be written. Nothing was changed.\n');
    expect(message).toContain(`\nCause: ${there(inJob('config'))}`);
    expect(message).toContain(FIX);
  });

  test('several are all named, each reason once', async () => {
    writeFileSync(inJob('credentials'), '[dev]\n[test]\n');
    const message = await free(['dev', 'test']).catch((error: unknown) => String(error));
    expect(message).toContain('the profiles dev, test cannot be written');
    expect(message).toContain(`Cause:\n- ${there(inJob('credentials'))}`);
    expect(message).toContain(`\n- ${there(inJob('credentials')).replace('profile dev', 'profile test')}`);
    mkdirSync(inJob('other'));
    const env = { AWS_SHARED_CREDENTIALS_FILE: inJob('other'), AWS_CONFIG_FILE: inJob('config') };
    const both = { ...TO_CHECK, names: ['dev', 'test'], overwrite: true };
    const same = await checkJobProfiles(both, { env } as unknown as Step).catch((error: unknown) => error);
    expect(same).toMatchObject({ code: 'profile-files' });
    expect(String(same).split('It is a directory')).toHaveLength(2);
  });
});
