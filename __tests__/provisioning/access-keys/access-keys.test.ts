import type { User } from '../../../sandbox/accounts/account';
import type { Credentials } from '../../../src/aws/credentials';
import type { KeyDestination } from '../../../src/identities/declaration';
import { deliverKey } from '../../../src/provisioning/access-keys/deliver-keys';
import { placeDigests } from '../../../src/provisioning/access-keys/destinations';
import { endKeys, endReplaced } from '../../../src/provisioning/access-keys/end-keys';
import type { KeyHolder } from '../../../src/provisioning/access-keys/key-holder';
import { FENCE_MS, livesOf, SETTLE_MS, TAKEOVER_MS } from '../../../src/provisioning/access-keys/key-life';
import { makeKey, makeSure, recordMade, takeBack, type MadeKey } from '../../../src/provisioning/access-keys/make-key';
import { planKey, type NewKey } from '../../../src/provisioning/access-keys/plan-key';
import { readKeyHolderAgain } from '../../../src/provisioning/access-keys/read-key-holder';
import { readRecords, recordTags, type KeyRecord } from '../../../src/provisioning/access-keys/record';
import { recoverKey } from '../../../src/provisioning/access-keys/recover-key';
import type { Run } from '../../../src/provisioning/run';
import type { Store } from '../../../src/provisioning/stores/store';
import { Stores } from '../../../src/provisioning/stores/stores';
import { useCleanEnvironment } from '../../aws/environment';
import { openTestAccount, type TestAccount } from '../account';
import { changeIn, OURS, REPOSITORY, secretNamed, TO_GITHUB } from '../declared';

useCleanEnvironment();

let opened: TestAccount;
let user: User;
beforeEach(async () => {
  opened = await openTestAccount({ githubToken: true });
  user = opened.account.createUser('ci', { tags: OURS });
});
afterEach(() => opened.sandbox.close());

const ID_SECRET = 'CI_AWS_ACCESS_KEY_ID';
const SECRET_SECRET = 'CI_AWS_SECRET_ACCESS_KEY';
const OTHER_RUN: Run = { repository: 'octo/app', id: '7', attempt: '1', random: '0a1b2c3d' };
const TO_JOB: KeyDestination = { to: 'environment' };

const keyIds = () => user.accessKeys.map(({ accessKeyId }) => accessKeyId);
const records = () => readRecords(user.tags);
const recordOf = (id: string) => records().keys.get(id) ?? {};
const secretValue = (name: string) => opened.sandbox.github.secrets.value(REPOSITORY, name);
const secretValues = () => [ID_SECRET, SECRET_SECRET].map(secretValue);
const put = (name: string, value = 'x') => opened.access.stores.put(secretNamed(name), value);
const refusing = (status = 422) => ({ error: { status, code: 'Unprocessable', message: 'words' } });
const failureOf = (work: Promise<unknown>) => work.then(String, (error: unknown) => error);
const now = () => opened.sandbox.clock.now().getTime();

/** A key that is there, with its secret and what is recorded of it. */
function addKey(record: KeyRecord = {}): Credentials {
  const { accessKeyId, secretAccessKey } = user.createAccessKey();
  user.tags = { ...user.tags, ...recordTags(accessKeyId, record) };
  return { accessKeyId, secretAccessKey };
}

/** Makes a key so much older. */
function age(id: string, ms: number): void {
  const key = user.accessKeys.find(({ accessKeyId }) => accessKeyId === id);
  if (key) key.createdAt = new Date(key.createdAt.getTime() - ms);
}

function deactivateLast(): void {
  const key = user.accessKeys.at(-1);
  if (key) key.status = 'Inactive';
}

const deleteAll = () => {
  for (const id of keyIds()) user.deleteAccessKey(id);
};

function delivered(more: Partial<NonNullable<KeyRecord['delivered']>> = {}): KeyRecord {
  return { delivered: { at: now(), written: undefined, replaces: undefined, torn: false, ...more } };
}

function holderOf(deliver: readonly KeyDestination[]): Promise<KeyHolder> {
  const accessKey = { maxAge: undefined, grace: undefined, deliver };
  const nothing = {
    existing: undefined,
    marks: undefined,
    unread: undefined,
    lastUsed: new Map(),
    placesOfOthers: [],
    others: [],
    overRuns: new Set<string>(),
  };
  const holder: KeyHolder = {
    user: { name: 'ci', accessKey },
    ...nothing,
    run: OTHER_RUN,
    isDryRun: false,
    signingKey: '',
    now: 0,
  };
  return readKeyHolderAgain(holder, opened.access);
}

const mayBeThere = jest.fn<undefined, [boolean]>();
beforeEach(() => mayBeThere.mockClear());
const FIRST: NewKey = { known: [], replaces: undefined, endsOld: false, held: [] };

async function make(
  more: Partial<NewKey> = {},
  destinations: readonly KeyDestination[] = [TO_GITHUB],
): Promise<MadeKey> {
  const holder = await holderOf(destinations);
  opened.requests();
  return makeKey({ user: 'ci', destinations, holder, make: { ...FIRST, ...more } }, opened.access, mayBeThere);
}

/** Makes a key, and makes sure that no other run was first. */
async function makeSurely(more: Partial<NewKey> = {}, destinations?: readonly KeyDestination[]): Promise<MadeKey> {
  const made = await make(more, destinations);
  await makeSure([await recordMade(made, opened.access)], opened.access);
  return made;
}

const idOf = ({ credentials }: MadeKey) => credentials.accessKeyId;

describe('a key that is made', () => {
  test('is announced before, masked, and reported with what it replaces', async () => {
    const old = addKey(delivered());
    const { credentials, created } = await makeSurely({ known: [old.accessKeyId], replaces: old.accessKeyId });
    const { accessKeyId, secretAccessKey } = credentials;
    expect(opened.masked).toEqual([accessKeyId, secretAccessKey]);
    const [announced, ...others] = opened.actions();
    expect([announced, others[0]]).toEqual(['TagUser', 'CreateAccessKey']);
    expect(others.slice(1).sort()).toEqual([
      'GetCallerIdentity',
      'GetCallerIdentity',
      'GetCallerIdentity',
      'GetUser',
      'ListAccessKeys',
      'TagUser',
    ]);
    expect(records().announcements).toMatchObject([{ run: opened.access.run, known: [old.accessKeyId] }]);
    expect(recordOf(accessKeyId)).toEqual({
      made: { run: opened.access.run, at: created.getTime(), replaces: old.accessKeyId },
    });
    expect(opened.log.join('\n')).not.toContain(secretAccessKey);
  });

  test('is looked at again when every read must show it', async () => {
    await makeSurely();
    expect(opened.waits).toEqual([SETTLE_MS]);
  });

  test('for the job has its end recorded, and nobody waits', async () => {
    const made = await makeSurely({}, [TO_JOB]);
    const until = made.created.getTime() + 5 * 24 * 3_600_000;
    expect(recordOf(idOf(made))).toEqual({ job: { run: opened.access.run, until } });
    expect(records().announcements).toEqual([]);
    expect(opened.waits).toEqual([]);
  });

  test('for the job keeps its announcement where a read is older than the key', async () => {
    const made = await make({}, [TO_JOB]);
    opened.sandbox.settings.readAgeMs = () => 25_000;
    const announced = await makeSure([await recordMade(made, opened.access)], opened.access);
    expect([...announced]).toEqual([idOf(made)]);
    expect(records().announcements).toHaveLength(1);
  });

  test('for a job on a machine of GitHub’s ends sooner', async () => {
    const made = await make({}, [TO_JOB]);
    await recordMade(made, { ...opened.access, isHosted: true });
    expect(recordOf(idOf(made)).job?.until).toBe(made.created.getTime() + 6 * 3_600_000);
  });

  test.each([
    ['', 'without a key'],
    ['<AccessKey><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId></AccessKey>', 'with half a key'],
    ['<AccessKey><AccessKeyId>A</AccessKeyId><SecretAccessKey>&#10;::x::</SecretAccessKey></AccessKey>', 'with a line'],
  ])('%s is no answer', async (result) => {
    const body = `<CreateAccessKeyResponse><CreateAccessKeyResult>${result}</CreateAccessKeyResult></CreateAccessKeyResponse>`;
    const raw = { status: 200, headers: { 'content-type': 'text/xml' }, body };
    opened.sandbox.faults.add({ action: 'CreateAccessKey', raw });
    await expect(make()).rejects.toMatchObject({ code: 'unusual-answer' });
    expect(opened.actions()).toEqual(['TagUser', 'CreateAccessKey']);
  });

  test('is waited for until AWS knows it', async () => {
    opened.sandbox.settings.propagationMs = 50_000;
    await makeSurely();
    const tests = opened.actions().filter((action) => action.startsWith('GetCallerIdentity'));
    expect(tests.filter((test) => test === 'GetCallerIdentity')).toHaveLength(3);
    expect(tests.length).toBeGreaterThan(4);
  });

  test('must be known each time: one success does not prove the next', async () => {
    const error = { status: 403, code: 'InvalidClientTokenId', message: 'words' };
    opened.sandbox.faults.add({ action: 'GetCallerIdentity', skip: 1, times: 1, error });
    await makeSurely();
    expect(opened.actions().filter((action) => action === 'GetCallerIdentity')).toHaveLength(3);
  });

  test('that AWS never comes to know is refused, by its ID', async () => {
    opened.sandbox.settings.propagationMs = 10 * 60_000;
    const error = await failureOf(makeSurely());
    const [key] = user.accessKeys;
    expect(error).toMatchObject({ code: 'access-key-not-accepted' });
    expect(String(error)).toContain(`use the new access key ${key?.accessKeyId ?? ''} of ${user.name}.`);
    expect(String(error)).not.toContain(key?.secretAccessKey);
  });

  test.each([
    ['answer was lost', { resetAfter: true }, 1],
    ['request was lost', { reset: true }, 0],
  ] as const)('where the %s is asked for once, and its announcement stays', async (_, fault, keys) => {
    opened.sandbox.faults.add({ action: 'CreateAccessKey', times: 1, ...fault });
    await expect(make()).rejects.toMatchObject({ code: 'access-key-unknown' });
    expect(opened.actions().filter((action) => action.startsWith('CreateAccessKey'))).toHaveLength(1);
    expect(keyIds()).toHaveLength(keys);
    expect(records().announcements).toHaveLength(1);
    expect(mayBeThere.mock.calls).toEqual([[true]]);
  });

  test.each([
    ['and takes its announcement back', true],
    ['and leaves its announcement where a key may come from it', false],
  ])('where somebody was first has no room, %s', async (_, isRecorded) => {
    const holder = await holderOf([TO_GITHUB]);
    for (const { accessKeyId } of [addKey(), addKey()]) {
      const job = { run: opened.access.run, until: now() };
      if (isRecorded) user.tags = { ...user.tags, ...recordTags(accessKeyId, { job }) };
    }
    const work = makeKey({ user: 'ci', destinations: [TO_GITHUB], holder, make: FIRST }, opened.access, mayBeThere);
    await expect(work).rejects.toMatchObject({ code: 'another-run' });
    expect(records().announcements).toHaveLength(isRecorded ? 0 : 1);
    expect(mayBeThere.mock.calls).toEqual([[true], [false]]);
  });

  test('of a user made just now waits for it', async () => {
    opened.sandbox.settings.readConsistencyMs = 8_000;
    await opened.access.iam.change('CreateUser', { UserName: 'new' });
    const holder = { ...(await holderOf([TO_GITHUB])), existing: undefined };
    const made = await makeKey(
      { user: 'new', destinations: [TO_GITHUB], holder, make: FIRST },
      opened.access,
      mayBeThere,
    );
    expect(opened.account.users.get('new')?.accessKeys).toMatchObject([{ accessKeyId: idOf(made) }]);
  });
});

describe('a key gives way', () => {
  test.each<[what: string, change: (made: MadeKey) => void]>([
    [
      'the key that it replaces is gone',
      () => {
        user.deleteAccessKey(keyIds()[0] ?? '');
      },
    ],
    ['another was delivered meanwhile', () => void addKey(delivered({ at: now() + 1000 }))],
    ['it was deactivated', deactivateLast],
  ])('where %s', async (_, change) => {
    const old = addKey(delivered());
    const made = await make({ known: [old.accessKeyId], replaces: old.accessKeyId });
    change(made);
    const access = { ...opened.access, testKey: () => Promise.resolve() };
    await expect(makeSure([{ ...made, listed: undefined }], access)).rejects.toMatchObject({ code: 'another-run' });
  });

  test('to one that was made before it, and not to one made after', async () => {
    const holder = await holderOf([TO_GITHUB]);
    const older = addKey();
    opened.sandbox.clock.advance(1000);
    const plan = { user: 'ci', destinations: [TO_GITHUB], holder, make: FIRST };
    const made = await makeKey(plan, opened.access, mayBeThere);
    const error = await failureOf(makeSure([{ ...made, listed: undefined }], opened.access));
    expect(error).toMatchObject({ code: 'another-run' });
    expect(String(error)).toContain(`the key ${older.accessKeyId} was made before it`);
    await takeBack('ci', older.accessKeyId, opened.access, { isAnnounced: false });
    opened.sandbox.clock.advance(1000);
    addKey();
    await makeSure([{ ...made, listed: undefined }], opened.access);
  });

  test('and is deleted with all that was recorded of it', async () => {
    const made = await make();
    await takeBack('ci', idOf(made), opened.access, { isAnnounced: true });
    expect([keyIds(), user.tags]).toEqual([[], OURS]);
  });

  test('also where what was recorded of it cannot be removed: that is said', async () => {
    const made = await make();
    opened.sandbox.faults.add({ action: 'UntagUser', ...refusing(403) });
    await takeBack('ci', idOf(made), opened.access, { isAnnounced: true });
    expect(keyIds()).toEqual([]);
    expect(opened.log.at(-1)).toMatch(
      /^What is recorded of it stays until a later run removes it\. Could not call iam:UntagUser/,
    );
  });
});

describe('a key that is delivered', () => {
  const held: boolean[] = [];
  beforeEach(() => (held.length = 0));
  const deliver = (made: MadeKey) => deliverKey(made, opened.access, (mayBe) => held.push(mayBe));

  test('is in its secrets, and recorded before and after; what was recorded on the way goes', async () => {
    const old = addKey(delivered());
    const made = await makeSurely({ known: [old.accessKeyId], replaces: old.accessKeyId });
    opened.requests();
    await deliver(made);
    const { accessKeyId, secretAccessKey } = made.credentials;
    expect(secretValues()).toEqual([accessKeyId, secretAccessKey]);
    const requests = opened.requests();
    expect(requests.map(({ action }) => action)).toEqual([
      'TagUser',
      'PUT secret',
      'PUT secret',
      'GetUser',
      'ListAccessKeys',
      'GET secret',
      'GET secret',
      'TagUser',
      'UntagUser',
    ]);
    const [begun] = requests.map(({ params }) => params);
    expect(begun?.['Tags.member.1.Key']).toBe(`aws-identity-action:delivering:${accessKeyId}`);
    expect(begun?.['Tags.member.1.Value']).toContain(`places=${placeDigests([TO_GITHUB]).join(':')}`);
    expect(recordOf(accessKeyId)).toEqual({
      delivered: expect.objectContaining({ replaces: old.accessKeyId, torn: false }) as unknown,
    });
    expect(records().announcements).toEqual([]);
    expect(held).toEqual([true]);
    const time = expect.any(Number) as number;
    expect(opened.remembered).toEqual(
      [ID_SECRET, SECRET_SECRET].flatMap((name) => {
        const writing = { kind: 'secret', secret: secretNamed(name), user: 'ci', at: time };
        return [writing, { ...writing, written: { time } }];
      }),
    );
    expect(opened.log.join('\n')).not.toContain(secretAccessKey);
  });

  test('is no longer in its secrets when someone else writes one at once', async () => {
    await deliver(await makeSurely());
    const drift = async () => livesOf(await holderOf([TO_GITHUB])).current?.drift;
    expect(await drift()).toBeUndefined();
    await put(SECRET_SECRET);
    expect(await drift()).toBe(`${SECRET_SECRET} of octo/app was written by someone else since`);
  });

  test('removes what is recorded of keys that are gone for long', async () => {
    user.tags = { ...user.tags, ...recordTags('AKIAGONEFODNNEXAMPLE', delivered({ at: now() - TAKEOVER_MS })) };
    await deliver(await makeSurely({ replaces: 'AKIAGONEFODNNEXAMPLE' }));
    expect([...records().keys.keys()]).toEqual(keyIds());
  });

  test('next to one that came meanwhile says so, and leaves word for the next run', async () => {
    const made = await makeSurely();
    const other = addKey();
    await deliver(made);
    expect(opened.warnings).toEqual([expect.stringContaining(`also the access key ${other.accessKeyId}`)]);
    expect(records().announcements).toHaveLength(1);
  });

  test('in part, with no place whole, is nobody’s', async () => {
    const made = await makeSurely();
    opened.sandbox.faults.add({ action: 'PUT secret', skip: 1, ...refusing() });
    const error = await failureOf(deliver(made));
    expect(error).toMatchObject({ code: 'delivery-incomplete' });
    expect(String(error)).toContain(
      `GitHub took ${ID_SECRET} of octo/app, and did not take ${SECRET_SECRET} of octo/app`,
    );
    expect(String(error)).not.toContain(made.credentials.secretAccessKey);
    expect(held).toEqual([true, false]);
  });

  test('not at all is GitHub’s refusal, and nobody’s', async () => {
    const made = await makeSurely();
    opened.sandbox.faults.add({ action: 'PUT secret', ...refusing(403) });
    expect(await failureOf(deliver(made))).not.toMatchObject({ code: 'delivery-incomplete' });
    expect(held).toEqual([true, false]);
    expect(recordOf(idOf(made))).not.toHaveProperty('delivered');
  });

  test('to one place whole, and not to another, stays', async () => {
    const other: KeyDestination = {
      to: 'github-secrets',
      prefix: 'B_',
      location: { of: 'repository', repository: REPOSITORY },
    };
    const made = await makeSurely({}, [TO_GITHUB, other]);
    opened.sandbox.faults.add({ action: 'PUT secret', skip: 2, ...refusing() });
    await expect(deliver(made)).rejects.toMatchObject({ code: 'delivery-incomplete' });
    expect(held).toEqual([true]);
    expect([secretValue(SECRET_SECRET), secretValue('B_AWS_SECRET_ACCESS_KEY')]).toEqual([
      made.credentials.secretAccessKey,
      undefined,
    ]);
  });

  test('is written by nobody when it is no longer young', async () => {
    const made = await makeSurely();
    const created = new Date(made.created.getTime() - FENCE_MS);
    await expect(deliver({ ...made, created })).rejects.toMatchObject({ code: 'delivery-overtaken' });
    expect(opened.actions()).not.toContain('PUT secret');
    expect(held).toEqual([true, false]);
  });

  test('with an answer that was lost waits until what was sent can no longer arrive', async () => {
    const made = await makeSurely();
    opened.sandbox.faults.add({ action: 'PUT secret', times: 1, resetAfter: true });
    const before = opened.waits.length;
    await deliver(made);
    expect(Math.max(...opened.waits.slice(before))).toBeGreaterThan(100_000);
    expect(secretValues()).toEqual([made.credentials.accessKeyId, made.credentials.secretAccessKey]);
  });

  test('that a read does not show yet as begun is read again', async () => {
    const made = await makeSurely();
    const { settings } = opened.sandbox;
    settings.readAgeMs = () => 20_000;
    await deliver(made);
    settings.readAgeMs = () => 0;
    expect(recordOf(idOf(made))).toHaveProperty('delivered');
  });

  test.each<[what: string, change: (made: MadeKey) => unknown, said: string]>([
    ['someone else wrote a half', () => put(ID_SECRET), `someone else has written ${ID_SECRET} of ${REPOSITORY}`],
    [
      'someone else removed a half',
      () => opened.access.stores.remove(secretNamed(ID_SECRET)),
      `someone else has removed ${ID_SECRET} of ${REPOSITORY}`,
    ],
    ['the key is gone', deleteAll, 'AWS does not list the key'],
    [
      'another run has recorded it',
      (made) => (user.tags = { ...user.tags, ...recordTags(idOf(made), delivered()) }),
      'another run has taken the key',
    ],
    ['someone removed the tags', () => (user.tags = OURS), 'someone has removed what was recorded of the key'],
  ])('is not recorded where %s meanwhile', async (what, change, said) => {
    const made = await makeSurely();
    const { stores } = opened.access;
    let left = 2;
    const slow: Store = {
      check: (secrets) => stores.check(secrets),
      find: (secret) => stores.find(secret),
      remove: (secret) => stores.remove(secret),
      async put(...args) {
        const mark = await stores.put(...args);
        left -= 1;
        opened.sandbox.clock.advance(5000);
        if (left === 0) await change(made);
        return mark;
      },
    };
    const held: boolean[] = [];
    const work = deliverKey(made, { ...opened.access, stores: new Stores({ 'github-secrets': slow }) }, (mayBe) =>
      held.push(mayBe),
    );
    const error = await failureOf(work);
    expect(error).toMatchObject({ code: 'delivery-overtaken' });
    expect(String(error)).toContain(said);
    // With halves of two keys in its only place, or a half, nobody has it; else others have it in hand.
    expect(held.at(-1)).toBe(!what.startsWith('someone else'));
  });
});

describe('a key that was replaced', () => {
  async function replaced() {
    const old = addKey(delivered());
    const made = await makeSurely({ known: [old.accessKeyId], replaces: old.accessKeyId, endsOld: true, held: [] });
    await deliverKey(made, opened.access, () => undefined);
    opened.requests();
    return { old, made };
  }

  test('and is to end is deleted, with its records', async () => {
    const { made } = await replaced();
    await endReplaced(made, opened.access);
    expect(keyIds()).toEqual([idOf(made)]);
    expect([...records().keys.keys()]).toEqual([idOf(made)]);
  });

  test('is deleted also where a read does not show yet that the new one is delivered', async () => {
    const { made } = await replaced();
    const { settings } = opened.sandbox;
    settings.readAgeMs = () => 20_000;
    await endReplaced(made, opened.access);
    settings.readAgeMs = () => 0;
    expect(keyIds()).toEqual([idOf(made)]);
  });

  test('and signs the calls is deleted by the new one', async () => {
    const { old, made } = await replaced();
    const iamAs = jest.fn(() => Promise.resolve(opened.access.iam));
    await endReplaced(made, { ...opened.access, signingKey: old.accessKeyId, iamAs });
    expect(iamAs).toHaveBeenCalledWith(made.credentials);
    expect(keyIds()).toEqual([idOf(made)]);
  });

  test('and is gone already is not called deleted', async () => {
    const { old, made } = await replaced();
    user.deleteAccessKey(old.accessKeyId);
    await endReplaced(made, opened.access);
    expect(opened.log.at(-1)).toBe(`The old key of ci is gone already: ${old.accessKeyId}.`);
  });

  test('stays where the new one is no longer in use: an error says so', async () => {
    const { old, made } = await replaced();
    deactivateLast();
    await expect(endReplaced(made, opened.access)).rejects.toMatchObject({ code: 'old-key-not-retired' });
    expect(keyIds()).toContain(old.accessKeyId);
  });
});

describe('a key that an earlier run left', () => {
  test('and that is gone when it is to end is not called deleted', async () => {
    const id = left();
    const planned = await plan();
    // The look before the end is old, the call is not.
    const iam = { ...opened.access.iam, change: () => Promise.resolve(undefined) };
    await endKeys(planned, { ...opened.access, iam });
    expect(opened.log).toContain(`The access key ${id} of ci is gone already.`);
  });

  const plan = async () => changeIn(planKey(await holderOf([TO_GITHUB])));
  const left = () => {
    const at = now() - TAKEOVER_MS;
    const { accessKeyId } = addKey({ made: { run: OTHER_RUN, at, replaces: undefined } });
    age(accessKeyId, TAKEOVER_MS);
    return accessKeyId;
  };

  test('is deleted when it was looked at twice, some time apart', async () => {
    const id = left();
    await endKeys(await plan(), opened.access);
    expect([keyIds(), user.tags]).toEqual([[], OURS]);
    expect(opened.waits).toEqual([SETTLE_MS]);
    expect(opened.log).toContain(
      `Deleted the access key ${id} of ci: a run that is over made it, and no place holds it.`,
    );
  });

  test('stays where something has changed since', async () => {
    const id = left();
    const planned = await plan();
    user.tags = { ...user.tags, ...recordTags(id, delivered()) };
    await expect(endKeys(planned, opened.access)).rejects.toMatchObject({ code: 'another-run' });
    expect(keyIds()).toEqual([id]);
  });
});

describe('post, after a main step that was killed', () => {
  const unfinished = (id?: string) => ({ user: 'ci', destinations: [TO_GITHUB], id });

  test.each([
    ['deletes a key whose delivery was not begun', () => undefined, 'Deleted the access key'],
    ['does not say so of one that is gone', deleteAll, 'Gone already is the access key'],
  ])('%s', async (_, change, said) => {
    const made = await make();
    change();
    await recoverKey(unfinished(idOf(made)), undefined, opened.access);
    expect(keyIds()).toEqual([]);
    expect(opened.log.at(-1)).toContain(said);
  });

  test('leaves it to the next run to find out whether there is one', async () => {
    const key = addKey();
    await recoverKey(unfinished(), undefined, opened.access);
    expect(keyIds()).toEqual([key.accessKeyId]);
    expect(opened.log.at(-1)).toContain('the next run of provision or rotate finds out');
  });

  async function begun(more: Partial<NewKey> = {}) {
    const made = await makeSurely(more);
    const delivering = { run: opened.access.run, at: now(), places: placeDigests([TO_GITHUB]) };
    user.tags = { ...user.tags, ...recordTags(idOf(made), { delivering }) };
    await put(ID_SECRET, idOf(made));
    return made;
  }

  test('brings a delivery to its end', async () => {
    const made = await begun();
    await recoverKey(unfinished(idOf(made)), made.credentials, opened.access);
    expect(secretValues()).toEqual([idOf(made), made.credentials.secretAccessKey]);
    expect(recordOf(idOf(made))).toHaveProperty('delivered');
  });

  test('lets begin again the grace of a key that its places may have held until then', async () => {
    const replaced = { at: now() - 30 * 86_400_000, grace: undefined };
    const { accessKeyId } = addKey({ ...delivered(), replaced });
    const made = await begun({ known: [accessKeyId] });
    await recoverKey(unfinished(idOf(made)), made.credentials, opened.access);
    expect(recordOf(idOf(made))).toHaveProperty('delivered');
    expect(recordOf(accessKeyId).replaced?.at).toBeGreaterThan(replaced.at);
  });

  test('does not write again what a read does not show yet as delivered', async () => {
    const made = await makeSurely();
    await deliverKey(made, opened.access, () => undefined);
    const { settings } = opened.sandbox;
    settings.readAgeMs = () => 20_000;
    opened.requests();
    await recoverKey(unfinished(idOf(made)), made.credentials, opened.access);
    settings.readAgeMs = () => 0;
    expect(opened.actions()).not.toContain('PUT secret');
  });

  test('no longer does that when another run may take over', async () => {
    const made = await begun();
    age(idOf(made), FENCE_MS);
    await expect(recoverKey(unfinished(idOf(made)), made.credentials, opened.access)).rejects.toThrow('was begun');
    expect([keyIds(), secretValue(SECRET_SECRET)]).toEqual([[idOf(made)], undefined]);
  });

  test('does nothing where it is delivered, or gone', async () => {
    const made = await makeSurely();
    await deliverKey(made, opened.access, () => undefined);
    opened.requests();
    await recoverKey(unfinished(idOf(made)), made.credentials, opened.access);
    deleteAll();
    await recoverKey(unfinished(idOf(made)), made.credentials, opened.access);
    expect(opened.actions().filter((action) => !/^(Get|List|GET)/.test(action))).toEqual([]);
  });
});
