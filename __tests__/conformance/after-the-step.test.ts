import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job } from '../../sandbox/runner/job';
import { ACCOUNT, EXAMPLE_KEYS, KEY_INPUTS, REGION, Scenario } from '../scenarios/scenario';
import { runClient, SDK_CLIENTS } from './sdk-clients';

const OTHER = { accessKeyId: 'AKIAI44QH8DHBEXAMPLE', secretAccessKey: 'je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY' };
const IN_ENVIRONMENT = { AWS_ACCESS_KEY_ID: OTHER.accessKeyId, AWS_SECRET_ACCESS_KEY: OTHER.secretAccessKey };

/** Where the job has the keys of the user `other` before the step; the step's are those of another user. */
const SITUATIONS = [
  { where: 'in the environment, without AWS files', env: IN_ENVIRONMENT, ofDefault: undefined },
  { where: 'in the environment, next to a default profile', env: IN_ENVIRONMENT, ofDefault: EXAMPLE_KEYS },
  { where: 'in the default profile', env: {}, ofDefault: OTHER },
] as const;

let scenario: Scenario;
beforeAll(async () => {
  scenario = await Scenario.start();
  scenario.account.createUser('ci', {}).createAccessKey(EXAMPLE_KEYS);
  scenario.account.createUser('other', {}).createAccessKey(OTHER);
});
afterAll(() => scenario.end());

describe.each(SITUATIONS)('keys $where', ({ env, ofDefault }) => {
  describe.each(['home', 'job'])(
    'are used again after a step that exported a profile in the files of the %s',
    (location) => {
      let job: Job;
      beforeAll(async () => {
        job = scenario.job({ env });
        mkdirSync(join(job.home, '.aws'));
        if (ofDefault) writeFileSync(join(job.home, '.aws/credentials'), defaultProfile(ofDefault));
        const profile = { 'aws-profile': 'ci', 'output-env-credentials': 'true', 'profile-location': location };
        await job.step({ with: { 'aws-region': REGION, ...KEY_INPUTS, ...profile } });
        await job.finish();
        expect(scenario.calls()).toEqual(['GetCallerIdentity']);
      });

      for (const client of SDK_CLIENTS) {
        const run = client.lacks === undefined ? test : test.skip;
        run(client.name, async () => {
          const region = { AWS_REGION: REGION, AWS_DEFAULT_REGION: REGION };
          expect(await runClient(client, { env: { ...job.env, ...region } })).toEqual({
            exitCode: 0,
            stdout: `arn:aws:iam::${ACCOUNT}:user/other\n`,
            stderr: '',
          });
          expect(scenario.calls()).toEqual(['GetCallerIdentity']);
        });
      }
    },
  );
});

function defaultProfile({ accessKeyId, secretAccessKey }: typeof OTHER | typeof EXAMPLE_KEYS): string {
  return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
}
