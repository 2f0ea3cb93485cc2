import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { admit, checkProfilesAreFree } from '../../src/delivery/admit';
import type { Request } from '../../src/inputs/request';
import type { Step } from '../../src/runner/step';
import { inJob, useJobDirectory } from '../runner/job-files';

useJobDirectory();

describe('an identity', () => {
  const identity = { arn: 'arn:aws:iam::123456789012:user/ci', account: '123456789012' };
  const admitted = (...allowedAccounts: string[]) => {
    admit(identity, { allowedAccounts } as unknown as Request);
  };

  test('is let in where its account is named, or none is', () => {
    expect(admitted).not.toThrow();
    expect(() => {
      admitted('111122223333', '123456789012');
    }).not.toThrow();
  });

  test('of another account is not', () => {
    expect(() => {
      admitted('111122223333', '444455556666');
    }).toThrow(
      expect.objectContaining({
        code: 'account-not-allowed',
        message:
          'Could not accept the credentials.\n' +
          'Cause: They belong to arn:aws:iam::123456789012:user/ci in account 123456789012; ' +
          'allowed-account-ids names 111122223333, 444455556666.\n' +
          'Fix: Check which credentials or which role the step is given, or add the account to allowed-account-ids.',
      }) as Error,
    );
  });
});

describe('profiles to be written', () => {
  const free = (names: string[], overwrite = false) => {
    const env = { AWS_SHARED_CREDENTIALS_FILE: inJob('credentials'), AWS_CONFIG_FILE: inJob('config') };
    return checkProfilesAreFree(names, overwrite, { env } as unknown as Step);
  };
  const there = (path: string) => `${path}: The profile dev is in ${path} already. Set overwrite-aws-profile: true `;
  const FIX = '\nFix: Mend that, choose another name, or leave the profile out.';

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
    const same = await checkProfilesAreFree(['dev', 'test'], true, { env } as unknown as Step).catch(
      (error: unknown) => error,
    );
    expect(same).toMatchObject({ code: 'profile-files' });
    expect(String(same).split('It is a directory')).toHaveLength(2);
  });
});
