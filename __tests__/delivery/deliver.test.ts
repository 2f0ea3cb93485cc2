import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readCommandFile } from '../../sandbox/runner/command-file';
import { deliver, exportVariables, unsetCurrent, type JobDelivery } from '../../src/delivery/deliver';
import type { ProfilesToWrite } from '../../src/delivery/job-profiles';
import { LeftBehindError } from '../../src/errors/left-behind-error';
import { systemClock } from '../../src/network/clock';
import { Ledger } from '../../src/runner/ledger';
import { readLedger } from '../../src/runner/read-ledger';
import type { Runner } from '../../src/runner/runner';
import type { Step } from '../../src/runner/step';
import { useCleanEnvironment } from '../aws/environment';
import { inJob, useJobDirectory } from '../runner/job-files';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

useCleanEnvironment();
useJobDirectory();

let warnings: string[];

/** Writes to the job's files, as GitHub's toolkit does. */
const runner = {
  mask(secret) {
    appendFileSync(inJob('masks'), `${secret}\n`);
  },
  exportVariable(name, value) {
    appendFileSync(inJob('env'), `${name}=${value}\n`);
  },
  setOutput(name, value) {
    appendFileSync(inJob('output'), `${name}=${value}\n`);
  },
  warning(text) {
    warnings.push(text);
  },
} as Runner;

let step: Step;
/** What post would find. */
let postEnv: NodeJS.ProcessEnv;
beforeEach(() => {
  warnings = [];
  for (const [name, file] of [
    ['GITHUB_ENV', 'env'],
    ['GITHUB_OUTPUT', 'output'],
  ] as const) {
    writeFileSync(inJob(file), 'BEFORE=1\n');
    process.env[name] = inJob(file);
  }
  Object.assign(process.env, {
    RUNNER_TEMP: inJob(),
    AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'),
    AWS_CONFIG_FILE: inJob('config'),
  });
  postEnv = {};
  const ledger = new Ledger(process.env, (name, value) => {
    postEnv[`STATE_${name}`] = value;
  });
  step = { env: process.env, runner, clock: systemClock, ledger };
});

const PROFILES: ProfilesToWrite = {
  profiles: [{ name: 'dev', credentials: EXAMPLE_KEYS }],
  overwrite: false,
  output: undefined,
  location: 'home',
  region: 'eu-central-1',
  refresh: false,
};
const ALL: JobDelivery = {
  credentials: [EXAMPLE_KEYS],
  profiles: PROFILES,
  outputs: { mode: 'provision' },
  variables: { AWS_REGION: 'eu-central-1' },
};

const nothing: JobDelivery = { credentials: [], profiles: undefined, outputs: {}, variables: {} };
const variables = () => readCommandFile(inJob('env'));
const outputs = () => readCommandFile(inJob('output'));
const kept = () => readLedger(postEnv)?.changes;

test('profiles, outputs and variables are there when it is confirmed, and post knows of them', async () => {
  const confirm = jest.fn(() => {
    expect(variables()).toEqual({ BEFORE: '1', AWS_REGION: 'eu-central-1' });
    expect(outputs()).toEqual({ BEFORE: '1', mode: 'provision' });
    expect(readFileSync(inJob('credentials'), 'utf8')).toContain('[dev]');
    expect(readFileSync(inJob('config'), 'utf8')).toContain('[profile dev]');
    return Promise.resolve();
  });
  await deliver(ALL, step, confirm);
  expect(confirm).toHaveBeenCalledTimes(1);
  expect(variables()).toEqual({ BEFORE: '1', AWS_REGION: 'eu-central-1' });
  expect(kept()?.variables).toEqual({ AWS_REGION: undefined });
  expect(kept()?.profiles.map(({ state }) => state.name)).toEqual(['dev']);
});

test('no output and no variable is set before the profiles are written', async () => {
  const written: boolean[] = [];
  const look = () => {
    written.push(existsSync(inJob('credentials')) && existsSync(inJob('config')));
  };
  await deliver(ALL, { ...step, runner: { ...runner, setOutput: look, exportVariable: look } });
  expect(written).toEqual([true, true]);
});

test('credentials are masked before anything else is done', async () => {
  mkdirSync(inJob('config'));
  await expect(deliver(ALL, step)).rejects.toThrow();
  expect(readFileSync(inJob('masks'), 'utf8')).toBe(`${EXAMPLE_KEYS.accessKeyId}\n${EXAMPLE_KEYS.secretAccessKey}\n`);
});

test('what fails to be confirmed is taken back, all of it, and nothing is left for post', async () => {
  await expect(deliver(ALL, step, () => Promise.reject(new Error('not delivered')))).rejects.toThrow('not delivered');
  expect(variables()).toEqual({ BEFORE: '1' });
  expect(outputs()).toEqual({ BEFORE: '1' });
  expect(existsSync(inJob('credentials'))).toBe(false);
  expect(existsSync(inJob('config'))).toBe(false);
  expect(kept()).toBeUndefined();
});

test('what cannot be taken back is reported together with what failed first, and left to post', async () => {
  const spoil = () => {
    rmSync(inJob('config'));
    mkdirSync(inJob('config'));
    return Promise.reject(new Error('not delivered'));
  };
  const failure = await deliver(ALL, step, spoil).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(LeftBehindError);
  const reason = new Error('not delivered');
  expect(failure).toMatchObject({ failure: reason, cause: reason });
  expect(String(failure)).toMatch(/^LeftBehindError: not delivered Then: Could not write the profile file .*config/);
  expect([variables(), outputs()]).toEqual([{ BEFORE: '1' }, { BEFORE: '1' }]);
  expect(kept()?.profiles.map(({ state }) => state.name)).toEqual(['dev']);
});

test('what writing profiles left behind is left to post, too', async () => {
  const left = new LeftBehindError(new Error('no room'), new Error('still none'));
  await expect(deliver(ALL, step, () => Promise.reject(left))).rejects.toBe(left);
  expect(kept()?.profiles.map(({ state }) => state.name)).toEqual(['dev']);
});

describe('tools disagree where there are two sets of credentials', () => {
  const keys = { AWS_ACCESS_KEY_ID: EXAMPLE_KEYS.accessKeyId, AWS_SECRET_ACCESS_KEY: EXAMPLE_KEYS.secretAccessKey };
  const tokenFile = {
    AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/token',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/node',
  };
  const deliverVariables = (variables: Record<string, string>) =>
    deliver({ outputs: {}, variables, exportedOf: 'the user ci' }, step);

  test('keys next to the profile of an earlier step', async () => {
    process.env.AWS_PROFILE = 'dev';
    await deliverVariables(keys);
    expect(warnings).toEqual([
      expect.stringMatching(/the profile dev in AWS_PROFILE .*AWS_ACCESS_KEY_ID \(the user ci\)/),
    ]);
  });

  test('a profile next to a token file of the runner', async () => {
    Object.assign(process.env, tokenFile);
    await deliverVariables({ AWS_PROFILE: 'ci' });
    expect(warnings).toEqual([
      expect.stringMatching(/the profile ci in AWS_PROFILE \(the user ci\).*AWS_WEB_IDENTITY_TOKEN_FILE/),
    ]);
  });

  test.each([
    ['a profile with its own keys', { AWS_PROFILE: 'before' }, { ...keys, AWS_PROFILE: 'ci' }],
    ['keys that replace others', keys, keys],
    ['keys next to a token file, which all prefer', tokenFile, keys],
    ['a profile instead of keys', keys, { AWS_PROFILE: 'ci', AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }],
    ['a region alone', { ...keys, AWS_PROFILE: 'dev' }, { AWS_REGION: 'eu-central-1' }],
  ])('not with %s', async (_, before, variables) => {
    Object.assign(process.env, before);
    await deliverVariables(variables);
    expect(warnings).toEqual([]);
  });
});

test('credentials that an earlier step left are emptied, and put back by post', () => {
  Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'earlier', AWS_REGION: 'eu-west-1' });
  unsetCurrent(step);
  expect(variables()).toEqual({ BEFORE: '1', AWS_ACCESS_KEY_ID: '' });
  expect(kept()?.variables).toEqual({ AWS_ACCESS_KEY_ID: 'earlier' });
});

test('no variables are no change', () => {
  exportVariables({}, step);
  expect(postEnv).toEqual({});
});

test('what stood there before is back', async () => {
  writeFileSync(inJob('credentials'), '# mine\n[dev]\naws_access_key_id = OLD\n');
  const delivery = { ...ALL, profiles: { ...PROFILES, overwrite: true } };
  await expect(deliver(delivery, step, () => Promise.reject(new Error('not delivered')))).rejects.toThrow();
  expect(readFileSync(inJob('credentials'), 'utf8')).toBe('# mine\n[dev]\naws_access_key_id = OLD\n');
});

test('what an earlier part of the step did stays, with what post needs for it', async () => {
  exportVariables({ AWS_DEFAULT_REGION: 'eu-central-1' }, step);
  step.runner.setOutput('changed', 'true');
  await expect(deliver(ALL, step, () => Promise.reject(new Error('not delivered')))).rejects.toThrow();
  expect(variables()).toEqual({ BEFORE: '1', AWS_DEFAULT_REGION: 'eu-central-1' });
  expect(outputs()).toEqual({ BEFORE: '1', changed: 'true' });
  expect(kept()).toMatchObject({ variables: { AWS_DEFAULT_REGION: undefined }, profiles: [] });
});

test('a profile that cannot be written ends it before anything else is delivered', async () => {
  mkdirSync(inJob('config'));
  const confirm = jest.fn(() => Promise.resolve());
  await expect(deliver(ALL, step, confirm)).rejects.toThrow();
  expect(confirm).not.toHaveBeenCalled();
  expect(variables()).toEqual({ BEFORE: '1' });
  expect(outputs()).toEqual({ BEFORE: '1' });
  expect(existsSync(inJob('credentials'))).toBe(false);
});

test('nothing to deliver is only confirmed', async () => {
  const confirm = jest.fn(() => Promise.resolve());
  await deliver(nothing, step, confirm);
  await deliver(nothing, step);
  expect(confirm).toHaveBeenCalledTimes(1);
  expect([variables(), outputs(), kept()]).toEqual([{ BEFORE: '1' }, { BEFORE: '1' }, undefined]);
});
