import type { User } from '../../../sandbox/accounts/account';
import type { Credentials } from '../../../src/aws/credentials';
import { deliverKeys } from '../../../src/provisioning/access-keys/deliver-keys';
import { makeKey, type KeyToMake, type MadeKey } from '../../../src/provisioning/access-keys/make-key';
import { recoverKey } from '../../../src/provisioning/access-keys/recover-key';
import { retireOldKeys } from '../../../src/provisioning/access-keys/retire-keys';
import { useCleanEnvironment } from '../../aws/environment';
import { openTestAccount, type TestAccount } from '../account';
import { OURS, plannedChange, REPOSITORY, secretNamed, TO_GITHUB } from '../declared';

useCleanEnvironment();

let opened: TestAccount;
let user: User;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
  user = opened.account.createUser('ci', { tags: OURS });
});
afterEach(() => opened.sandbox.close());

const TAG = 'aws-identity-action:access-key';
const ID_SECRET = 'CI_AWS_ACCESS_KEY_ID';
const SECRET_SECRET = 'CI_AWS_SECRET_ACCESS_KEY';

const keyIds = () => user.accessKeys.map(({ accessKeyId }) => accessKeyId);
const record = () => user.tags[TAG];
const secretValue = (name: string) => opened.sandbox.github.secrets.value(REPOSITORY, name);
const put = (name: string, value = 'x') => opened.access.secrets?.put(secretNamed(name), value);
const refusing = (status = 422) => ({ error: { status, code: 'Unprocessable', message: 'words' } });

function setRecord(value: string): void {
  user.tags = { ...user.tags, [TAG]: value };
}

/** A key that is there, with its secret. */
function addKey(): Credentials {
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  return { accessKeyId, secretAccessKey };
}

const FIRST: KeyToMake['make'] = { known: [], replaces: undefined };

function toMake(make: Partial<KeyToMake['make']> = {}): KeyToMake {
  const change = plannedChange({ action: 'create', kind: 'access key', name: 'ci' });
  return { user: 'ci', destinations: [], change, make: { ...FIRST, ...make }, notice: undefined };
}

function made(credentials: Credentials, more: Partial<MadeKey> = {}): MadeKey {
  return { user: 'ci', destinations: [TO_GITHUB], make: FIRST, credentials, ...more };
}

/** In the place of a key that is there, by its ID. */
function replacing(key: string, retire: 'deactivate' | 'delete' = 'deactivate'): KeyToMake['make'] {
  return { known: [key], replaces: { key, retire } };
}

describe('a key that is made', () => {
  test('is masked, remembered, and tested three times', async () => {
    const { credentials } = await makeKey(toMake(), opened.access);
    const { accessKeyId, secretAccessKey } = credentials;
    expect(user.accessKeys).toMatchObject([{ accessKeyId, secretAccessKey }]);
    expect(opened.masked).toEqual([accessKeyId, secretAccessKey]);
    expect(opened.remembered).toEqual([{ kind: 'access key', user: 'ci', id: accessKeyId }]);
    expect(opened.actions()).toEqual(['CreateAccessKey', ...Array<string>(3).fill('GetCallerIdentity')]);
    expect(opened.log.join('\n')).not.toContain(secretAccessKey);
  });

  test.each([
    ['', 'without a key'],
    ['<AccessKey><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId></AccessKey>', 'with half a key'],
    ['<AccessKey><AccessKeyId>A</AccessKeyId><SecretAccessKey>&#10;::x::</SecretAccessKey></AccessKey>', 'with a line'],
  ])('%s is no answer', async (result) => {
    const body = `<CreateAccessKeyResponse><CreateAccessKeyResult>${result}</CreateAccessKeyResult></CreateAccessKeyResponse>`;
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body };
    opened.sandbox.faults.add({ action: 'CreateAccessKey', raw });
    await expect(makeKey(toMake(), opened.access)).rejects.toMatchObject({ code: 'unusual-answer' });
    expect(opened.remembered).toEqual([]);
    expect(opened.actions()).toEqual(['CreateAccessKey']);
  });

  test('is waited for until AWS knows it', async () => {
    opened.sandbox.settings.propagationMs = 15_000;
    await makeKey(toMake(), opened.access);
    const tests = opened.actions().slice(1);
    expect(tests.filter((test) => test === 'GetCallerIdentity')).toHaveLength(3);
    expect(new Set(tests.slice(0, -3))).toEqual(new Set(['GetCallerIdentity InvalidClientTokenId']));
    expect(opened.waits.length).toBeGreaterThan(4);
  });

  test('must be known each time: one success does not prove the next', async () => {
    const error = { status: 403, code: 'InvalidClientTokenId', message: 'words' };
    opened.sandbox.faults.add({ action: 'GetCallerIdentity', skip: 1, times: 1, error });
    await makeKey(toMake(), opened.access);
    expect(opened.actions().filter((action) => action === 'GetCallerIdentity')).toHaveLength(3);
  });

  test('that AWS never comes to know is refused, by its ID', async () => {
    opened.sandbox.settings.propagationMs = 10 * 60_000;
    const error: unknown = await makeKey(toMake(), opened.access).catch((failure: unknown) => failure);
    const [key] = user.accessKeys;
    expect(error).toMatchObject({ code: 'access-key-not-accepted' });
    expect(String(error)).toContain(`use the new access key ${key?.accessKeyId ?? ''}.`);
    expect(String(error)).not.toContain(key?.secretAccessKey);
  });

  test.each<[what: string, resetAfter: boolean]>([
    ['answer was lost', true],
    ['request was lost', false],
  ])('by an attempt whose %s leaves no second one', async (_, acted) => {
    const other = addKey();
    opened.sandbox.faults.add({
      action: 'CreateAccessKey',
      times: 1,
      ...(acted ? { resetAfter: true as const } : { reset: true as const }),
    });
    const { credentials } = await makeKey(toMake({ known: [other.accessKeyId] }), opened.access);
    expect(keyIds()).toEqual([other.accessKeyId, credentials.accessKeyId]);
    expect(opened.actions().filter((action) => action === 'DeleteAccessKey')).toHaveLength(acted ? 1 : 0);
  });

  test('by an attempt whose answer was lost goes also where the list shows it late', async () => {
    opened.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, resetAfter: true });
    const empty = '<ListAccessKeysResponse><ListAccessKeysResult></ListAccessKeysResult></ListAccessKeysResponse>';
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body: empty };
    opened.sandbox.faults.add({ action: 'ListAccessKeys', times: 1, raw });
    const { credentials } = await makeKey(toMake(), opened.access);
    expect(keyIds()).toEqual([credentials.accessKeyId]);
  });

  test('of a user made just now waits for it', async () => {
    opened.sandbox.settings.readConsistencyMs = 8_000;
    await opened.access.iam.change('CreateUser', { UserName: 'new' });
    await makeKey({ ...toMake(), user: 'new' }, opened.access);
    expect(opened.account.users.get('new')?.accessKeys).toHaveLength(1);
  });
});

describe('a key that is delivered', () => {
  test('is in its secrets, and its record says so before and after', async () => {
    const [old, key] = [addKey(), addKey()];
    await deliverKeys([made(key, { make: replacing(old.accessKeyId) })], opened.access);
    expect([secretValue(ID_SECRET), secretValue(SECRET_SECRET)]).toEqual([key.accessKeyId, key.secretAccessKey]);
    const requests = opened.requests();
    expect(requests.map(({ action }) => action)).toEqual([
      'TagUser',
      'GET public-key',
      'PUT secret',
      'PUT secret',
      'TagUser',
    ]);
    const values = requests.flatMap(({ action, params }) =>
      action === 'TagUser' ? params['Tags.member.1.Value'] : [],
    );
    expect(values).toEqual([
      `delivering=${key.accessKeyId} after=${old.accessKeyId}`,
      `delivered=${key.accessKeyId} retiring=${old.accessKeyId}`,
    ]);
    expect(opened.remembered).toEqual([
      { kind: 'GitHub secret', secret: secretNamed(ID_SECRET) },
      { kind: 'GitHub secret', secret: secretNamed(SECRET_SECRET) },
    ]);
    expect(opened.log.join('\n')).not.toContain(key.secretAccessKey);
  });

  test('to the job alone needs only its record', async () => {
    const key = addKey();
    await deliverKeys([made(key, { destinations: [{ to: 'environment' }] })], opened.access);
    expect(opened.actions()).toEqual(['TagUser']);
    expect(record()).toBe(`delivered=${key.accessKeyId}`);
  });

  test('is recorded as such only once all are delivered', async () => {
    opened.account.createUser('other', { tags: OURS });
    const other = made(addKey(), { user: 'other', destinations: [{ to: 'outputs' }] });
    opened.sandbox.faults.add({ action: 'PUT secret', ...refusing() });
    await expect(deliverKeys([made(addKey()), other], opened.access)).rejects.toThrow();
    expect(opened.account.users.get('other')?.tags[TAG]).toBeUndefined();
    expect(record()).toMatch(/^delivering=/);
  });

  test('in part is reported as such, with what to do', async () => {
    opened.sandbox.faults.add({ action: 'PUT secret', skip: 1, ...refusing() });
    const key = addKey();
    const error: unknown = await deliverKeys([made(key)], opened.access).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'delivery-incomplete' });
    const text = String(error);
    expect(text).toContain(`GitHub took ${ID_SECRET} of octo/app, and did not take ${SECRET_SECRET} of octo/app`);
    expect(text).toContain('See below whether the clean-up could write them all; else run this step again');
    expect(text).not.toContain(key.secretAccessKey);
  });

  test('not at all is GitHub’s refusal', async () => {
    opened.sandbox.faults.add({ action: 'PUT secret', ...refusing(403) });
    const error: unknown = await deliverKeys([made(addKey())], opened.access).catch((failure: unknown) => failure);
    expect(error).toMatchObject({ name: 'ActionError' });
    expect(error).not.toMatchObject({ code: 'delivery-incomplete' });
  });
});

describe('a key that was replaced', () => {
  test.each([
    ['deactivate', (old: string) => [old], (old: string) => ` retired=${old}`, 'Deactivated'],
    ['delete', () => [], () => '', 'Deleted'],
  ] as const)('is retired (%s), and recorded', async (retire, left, word, reported) => {
    const [{ accessKeyId: old }, key] = [addKey(), addKey()];
    setRecord(`delivered=${key.accessKeyId} retiring=${old}`);
    await retireOldKeys([made(key, { make: replacing(old, retire) })], opened.access);
    expect(user.accessKeys.filter(({ status }) => status === 'Active').map(({ accessKeyId }) => accessKeyId)).toEqual([
      key.accessKeyId,
    ]);
    expect(keyIds()).toEqual([...left(old), key.accessKeyId]);
    expect(record()).toBe(`delivered=${key.accessKeyId}${word(old)}`);
    expect(opened.log).toEqual([`${reported} the old key of ci: ${old}.`]);
  });

  test('and cannot be retired is an error that says that the new one works', async () => {
    const [{ accessKeyId: old }, key] = [addKey(), addKey()];
    opened.sandbox.faults.add({ action: 'UpdateAccessKey', ...refusing(400) });
    await expect(retireOldKeys([made(key, { make: replacing(old) })], opened.access)).rejects.toMatchObject({
      code: 'old-key-not-retired',
      message: expect.stringContaining(`The new key, ${key.accessKeyId}, is delivered and works.`) as unknown,
    });
  });

  test('by none: nothing is done', async () => {
    await retireOldKeys([made(addKey())], opened.access);
    expect(opened.actions()).toEqual([]);
  });
});

describe('recovering', () => {
  const left = { user: 'ci', destinations: [TO_GITHUB] };
  /** What it changed, in order. */
  const writes = () => opened.actions().filter((action) => !/^(Get|List|GET)/.test(action));

  test('nothing where the user is gone', async () => {
    await recoverKey({ ...left, user: 'gone' }, opened.access);
    expect(opened.actions()).toEqual(['GetUser NoSuchEntity']);
  });

  test('a user of whom nothing is recorded: its keys stay', async () => {
    const key = addKey();
    await recoverKey(left, opened.access);
    expect(keyIds()).toEqual([key.accessKeyId]);
    expect(writes()).toEqual([]);
  });

  test.each([
    ['creating', () => '', []],
    ['creating next to another', (old: string) => ` beside=${old}`, ['old']],
    ['creating after the one in use', (old: string) => ` after=${old}`, ['old']],
  ])('while %s: what nobody has goes', async (_, more, stays) => {
    const [old, key] = [addKey(), addKey()];
    setRecord(`creating${more(old.accessKeyId)}`);
    await recoverKey(left, opened.access);
    expect(keyIds()).toEqual(stays.length > 0 ? [old.accessKeyId] : []);
    expect(keyIds()).not.toContain(key.accessKeyId);
    expect(record()).toBe(more(old.accessKeyId).includes('after') ? `delivered=${old.accessKeyId}` : undefined);
    expect(opened.log).toContain(
      `Deleted the access key ${key.accessKeyId} of ci: the run that made it did not deliver it.`,
    );
  });

  test('while delivering, and nothing arrived: back to the one in use', async () => {
    await put(ID_SECRET);
    await put(SECRET_SECRET);
    opened.sandbox.clock.advance(60_000);
    const [old, key] = [addKey(), addKey()];
    setRecord(`delivering=${key.accessKeyId} after=${old.accessKeyId}`);
    await recoverKey(left, opened.access);
    expect(keyIds()).toEqual([old.accessKeyId]);
    expect(record()).toBe(`delivered=${old.accessKeyId}`);
  });

  test('while delivering, and all arrived: on with the new one', async () => {
    const [old, key] = [addKey(), addKey()];
    await put(ID_SECRET, key.accessKeyId);
    await put(SECRET_SECRET, key.secretAccessKey);
    setRecord(`delivering=${key.accessKeyId} after=${old.accessKeyId}`);
    await recoverKey(left, opened.access);
    expect(keyIds()).toEqual([old.accessKeyId, key.accessKeyId]);
    expect(record()).toBe(`delivered=${key.accessKeyId} retiring=${old.accessKeyId}`);
  });

  test.each([
    ['whose old key is gone with it', false],
    ['next to the one in use, now spoiled', true],
  ])('while delivering, and half arrived, of a key that nobody kept: %s', async (_, inUse) => {
    const [old, key] = [inUse ? addKey() : undefined, addKey()];
    await put(ID_SECRET, key.accessKeyId);
    setRecord(`delivering=${key.accessKeyId}${old ? ` after=${old.accessKeyId}` : ''}`);
    await recoverKey(left, opened.access);
    expect(keyIds()).toEqual(old ? [old.accessKeyId] : []);
    expect(record()).toBe(old && `incomplete after=${old.accessKeyId}`);
  });

  describe('while delivering, and half arrived, of a key that was kept', () => {
    let [old, key]: Credentials[] = [];
    beforeEach(async () => {
      [old, key] = [addKey(), addKey()];
      await put(ID_SECRET, key.accessKeyId);
      setRecord(`delivering=${key.accessKeyId} after=${old.accessKeyId}`);
      opened.requests();
    });

    test('the delivery is brought to its end', async () => {
      await recoverKey({ ...left, kept: key }, opened.access);
      expect([secretValue(ID_SECRET), secretValue(SECRET_SECRET)]).toEqual([key?.accessKeyId, key?.secretAccessKey]);
      expect(record()).toBe(`delivered=${key?.accessKeyId ?? ''} retiring=${old?.accessKeyId ?? ''}`);
      expect(keyIds()).toHaveLength(2);
    });

    test('and is refused again: it is as if nobody had kept it, with a warning', async () => {
      opened.sandbox.faults.add({ action: 'PUT secret', ...refusing() });
      await recoverKey({ ...left, kept: key }, opened.access);
      expect(keyIds()).toEqual([old?.accessKeyId]);
      expect(record()).toBe(`incomplete after=${old?.accessKeyId ?? ''}`);
      expect(opened.warnings).toHaveLength(1);
      expect(opened.warnings.join()).not.toContain(key?.secretAccessKey);
    });
  });

  test('what is delivered changes nothing', async () => {
    const key = addKey();
    setRecord(`delivered=${key.accessKeyId}`);
    await recoverKey(left, opened.access);
    expect(writes()).toEqual([]);
  });

  describe('a key that the job did not get', () => {
    test.each([
      ['is taken back where it is nowhere else', false],
      ['stays where it is in its secrets as well', true],
    ])('%s', async (_, elsewhere) => {
      const [old, key] = [addKey(), addKey()];
      if (elsewhere) {
        await put(ID_SECRET, key.accessKeyId);
        await put(SECRET_SECRET, key.secretAccessKey);
      }
      setRecord(`delivered=${key.accessKeyId} retiring=${old.accessKeyId}`);
      await recoverKey({ ...left, refused: key.accessKeyId }, opened.access);
      const after = elsewhere ? [old.accessKeyId, key.accessKeyId] : [old.accessKeyId];
      expect(keyIds()).toEqual(after);
      expect(record()).toBe(
        elsewhere ? `delivered=${key.accessKeyId} retiring=${old.accessKeyId}` : `delivered=${old.accessKeyId}`,
      );
    });

    test('is not another one that is delivered', async () => {
      const key = addKey();
      setRecord(`delivered=${key.accessKeyId}`);
      await recoverKey({ ...left, refused: 'AKIAIOSFODNN7EXAMPLE' }, opened.access);
      expect(keyIds()).toEqual([key.accessKeyId]);
      expect(writes()).toEqual([]);
    });
  });

  test('can be done twice', async () => {
    const [old] = [addKey(), addKey()];
    setRecord(`creating after=${old.accessKeyId}`);
    await recoverKey(left, opened.access);
    const after = { keys: keyIds(), tags: user.tags };
    opened.requests();
    await recoverKey(left, opened.access);
    expect({ keys: keyIds(), tags: user.tags }).toEqual(after);
    expect(writes()).toEqual([]);
  });
});
