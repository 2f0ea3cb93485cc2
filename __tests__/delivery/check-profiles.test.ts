import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { checkProfilesAreFree } from '../../src/delivery/check-profiles';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

describe('profiles to be written', () => {
  const free = (names: string[], overwrite = false) => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') };
    const profiles = names.map((name) => ({ name, overwrite }));
    return checkProfilesAreFree(profiles, { env } as unknown as Step);
  };
  const there = (path: string) => `${path}: The profile dev is in ${path} already. Set overwrite-aws-profile: true `;
  const FIX = '\nFix: Correct that, choose another name, or omit the profile.';

  test('that are free, or may be overwritten, let the step begin, and nothing is made', async () => {
    await free(['dev', 'test']);
    expect(readdirSync(inJob())).toEqual([]);
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
    expect(message).toContain(`Cause: \n- ${there(inJob('credentials'))}`);
    expect(message).toContain(`\n- ${there(inJob('credentials')).replace('dev', 'test')}`);
    mkdirSync(inJob('other'));
    const env = { AWS_SHARED_CREDENTIALS_FILE: inJob('other'), AWS_CONFIG_FILE: inJob('config') };
    const profiles = ['dev', 'test'].map((name) => ({ name, overwrite: true }));
    const same = await checkProfilesAreFree(profiles, { env } as unknown as Step).catch((error: unknown) => error);
    expect(same).toMatchObject({ code: 'profile-files' });
    expect(String(same).split('It is a directory')).toHaveLength(2);
  });
});
