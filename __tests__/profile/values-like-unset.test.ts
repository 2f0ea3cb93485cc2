import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { valuesLikeUnset } from '../../src/profile/values-like-unset';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();
beforeEach(() => {
  mkdirSync(inJob('.aws'));
});

const PROFILES = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE'];
const FILES = ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'];
function makeFolder(): string {
  mkdirSync(inJob('made'));
  return inJob('made');
}
const values = (names: readonly string[], env: NodeJS.ProcessEnv = {}, profile: '' | 'default' = '') =>
  valuesLikeUnset(names, { env, home: inJob(), profile, makeFolder });
const made = () => readFileSync(inJob('made', 'config'), 'utf8');
const usual = () => ({
  AWS_SHARED_CREDENTIALS_FILE: inJob('.aws', 'credentials'),
  AWS_CONFIG_FILE: inJob('.aws', 'config'),
});

test('an empty variable is one that is not set', () => {
  expect(values(['AWS_REGION', 'AWS_ACCESS_KEY_ID'])).toEqual({ AWS_REGION: '', AWS_ACCESS_KEY_ID: '' });
});

describe('a region is what tools find where its variables are not set', () => {
  const REGIONS = ['AWS_REGION', 'AWS_DEFAULT_REGION'];
  const regions = (env: NodeJS.ProcessEnv = {}) => values(REGIONS, env);

  test.each<[config: string, credentials: string, env: NodeJS.ProcessEnv, region: string]>([
    ['[default]\nregion = eu-west-1\n', '', {}, 'eu-west-1'],
    ['[profile default]\r\nregion=eu-west-1 # mine\r\n', '', {}, 'eu-west-1'],
    ['[profile mine]\nregion = eu-west-1\n[default]\nregion = x\n', '', { AWS_PROFILE: 'mine' }, 'eu-west-1'],
    ['[profile mine]\nregion = eu-west-1\n', '', { AWS_DEFAULT_PROFILE: 'mine' }, 'eu-west-1'],
    ['[default]\noutput = json\n', '[default]\nregion = eu-west-1\n', {}, 'eu-west-1'],
    ['[default]\ns3 =\n  region = x\nregion = eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\n  s3 =\n    # mine\n\n    region = x\n  region = eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\n  region = eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\nregion: eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\nREGION = eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\nRegion:eu-west-1\n', '', {}, 'eu-west-1'],
    ['[default]\nregion_set = x\nregion =\n', '', {}, ''],
    ['[default]\nsso_region = x\ns3 =\n  my_region = y\n', '', {}, ''],
    ['[profile other]\nregion = x\n', '[other]\nregion = x\n', {}, ''],
    ['[mine]\nregion = x\n', '', { AWS_PROFILE: 'mine' }, ''],
    ['', '', {}, ''],
  ])('with the config %j and the credentials %j: %j', (config, credentials, env, region) => {
    writeFileSync(inJob('.aws', 'config'), config);
    writeFileSync(inJob('.aws', 'credentials'), credentials);
    expect(regions(env)).toEqual({ AWS_REGION: region, AWS_DEFAULT_REGION: region });
  });

  test('in the other variable, where that is set', () => {
    expect(values(['AWS_REGION'], { AWS_DEFAULT_REGION: 'eu-west-1' })).toEqual({ AWS_REGION: 'eu-west-1' });
    expect(values(['AWS_DEFAULT_REGION'], { AWS_REGION: 'eu-west-1' })).toEqual({ AWS_DEFAULT_REGION: 'eu-west-1' });
  });

  test('which the AWS CLI 1 and boto3 read after the profile, and others before it', () => {
    writeFileSync(inJob('.aws', 'config'), '[default]\nregion = eu-west-2\n');
    expect(values(['AWS_REGION'], { AWS_DEFAULT_REGION: 'eu-west-1' })).toEqual({ AWS_REGION: 'eu-west-1' });
    expect(values(['AWS_DEFAULT_REGION'], { AWS_REGION: 'eu-west-1' })).toEqual({ AWS_DEFAULT_REGION: 'eu-west-2' });
  });
});

test('profile files are where they usually are', () => {
  expect(values(FILES)).toEqual(usual());
});

test('a profile with an empty name exists, with the settings of the default one', () => {
  const config =
    '# mine\n[default]\nregion = eu-west-1\ns3 =\n  max_queue_size = 5\n\n[profile other]\nregion = us-east-1';
  writeFileSync(inJob('.aws', 'config'), config);
  expect(values([...PROFILES, ...FILES])).toEqual({
    AWS_PROFILE: '',
    AWS_DEFAULT_PROFILE: '',
    AWS_SHARED_CREDENTIALS_FILE: usual().AWS_SHARED_CREDENTIALS_FILE,
    AWS_CONFIG_FILE: inJob('made', 'config'),
  });
  expect(made()).toBe(`${config}\n[profile ""]\nregion = eu-west-1\ns3 =\n  max_queue_size = 5\n`);
  expect(statSync(inJob('made', 'config')).mode & 0o777).toBe(0o600);
});

test.each([
  ['[profile default]\nregion = eu-west-1\n', '[profile ""]\nregion = eu-west-1\n'],
  ['[profile other]\r\n', '[profile ""]\n'],
  ['', '[profile ""]\n'],
])('in a config file with %j', (config, added) => {
  writeFileSync(inJob('.aws', 'config'), config);
  values(['AWS_PROFILE']);
  expect(made()).toBe(config + added);
});

test('a config file that is a device without an end has no profiles', () => {
  values(['AWS_PROFILE'], { AWS_CONFIG_FILE: '/dev/zero' });
  expect(made()).toBe('[profile ""]\n');
});

test('there is one such file for a job', () => {
  const env = { AWS_CONFIG_FILE: values(PROFILES).AWS_CONFIG_FILE };
  expect(values(PROFILES, env)).toEqual({ AWS_PROFILE: '', AWS_DEFAULT_PROFILE: '' });
});

test.each([
  ['config', '[default]\n'],
  ['config', '[profile default]\n'],
  ['credentials', '[default]\n'],
])('the default profile stands for none where it exists, as it is: in %s, %j', (file, text) => {
  writeFileSync(inJob('.aws', file), text);
  expect(values(PROFILES, {}, 'default')).toEqual({ AWS_PROFILE: 'default', AWS_DEFAULT_PROFILE: 'default' });
});

test('a default profile exists', () => {
  writeFileSync(inJob('.aws', 'config'), '[profile other]\nregion = us-east-1\n');
  expect(values(PROFILES, {}, 'default')).toMatchObject({ AWS_CONFIG_FILE: inJob('made', 'config') });
  expect(made()).toBe('[profile other]\nregion = us-east-1\n[default]\n');
});

test('where a profile is named, boto3 finds that one under both names', () => {
  const given = { AWS_PROFILE: 'mine' };
  expect(values(['AWS_DEFAULT_PROFILE'], given)).toEqual({ AWS_DEFAULT_PROFILE: 'mine' });
});
