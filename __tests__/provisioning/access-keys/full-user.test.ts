import type { KeyDestination } from '../../../src/identities/declaration';
import { describeSecret, HCP_TERRAFORM } from '../../../src/identities/stored-secret';
import { destinationOf, placeDigests, versionedIn } from '../../../src/provisioning/access-keys/destinations';
import { versionsOf } from '../../../src/provisioning/access-keys/marks';
import { planKey, planKeyRotation } from '../../../src/provisioning/access-keys/plan-key';
import { page } from '../../docs/pages';
import { obstacleIn, TO_GITHUB } from '../declared';
import { DAY, delivered, holderIn, HOUR, MINUTE, NEW, NOW, OLD, RUN, type Situation } from './holder';

const PLACE = 'CI_AWS_ACCESS_KEY_ID of octo/app and CI_AWS_SECRET_ACCESS_KEY of octo/app';
const DELETE = 'aws iam delete-access-key --user-name pulumi --access-key-id';
const LEAKED = 'or end it now, as one that leaked: mode: rotate with delete-old-keys: true';
const LATER = '2026-04-12 11:00 UTC';

const PROD = 'octo/app, environment prod';
const IN_PROD = {
  to: 'github-secrets',
  prefix: '',
  location: { of: 'environment', repository: 'octo/app', environment: 'prod' },
} as const;

const [GITHUB_ID, GITHUB_SECRET] = [
  'CI_AWS_ACCESS_KEY_ID of octo/app',
  'CI_AWS_SECRET_ACCESS_KEY of octo/app',
] as const;
/** When the secrets of the repository were written, and those of its environment, so long ago. */
const marksOf = (repository: number, environment: number) =>
  new Map([
    ...[GITHUB_ID, GITHUB_SECRET].map((name) => [name, { time: NOW - repository }] as const),
    ...[`AWS_ACCESS_KEY_ID of ${PROD}`, `AWS_SECRET_ACCESS_KEY of ${PROD}`].map(
      (name) => [name, { time: NOW - environment }] as const,
    ),
  ]);
const deliveredTo = (ago: number, places: readonly KeyDestination[]) => ({
  delivered: { at: NOW - ago, written: NOW - ago, replaces: undefined, torn: false, places: placeDigests(places) },
});

const TO_WORKSPACE: KeyDestination = {
  to: 'terraform-cloud',
  workspace: { server: HCP_TERRAFORM, organization: 'acme', name: 'prod' },
};
const VARIABLES = 'AWS_ACCESS_KEY_ID of the workspace acme/prod and AWS_SECRET_ACCESS_KEY of the workspace acme/prod';
const versionsAt = (version: string | undefined) =>
  new Map(versionedIn([TO_WORKSPACE]).map((secret) => [describeSecret(secret), { version }]));
const recordedAt = (version: string) => versionsOf(versionedIn([TO_WORKSPACE]), versionsAt(version));
const versioned = (ago: number, version: string) => ({
  delivered: { ...deliveredTo(ago, [TO_WORKSPACE]).delivered, written: undefined, versions: recordedAt(version) },
});
/** What is recorded of a key whose run died after it had changed the version. */
const died = (ago: number, before: string): Keys[string] => {
  const places = placeDigests([TO_WORKSPACE]);
  return {
    age: ago,
    made: { run: RUN, at: NOW - ago, replaces: OLD },
    delivering: { run: RUN, at: NOW - ago, places, versions: recordedAt(before) },
  };
};

type Keys = NonNullable<Situation['keys']>;

/** A delivered key in use, and the one that it replaced an hour ago. */
const pair = (old: Partial<Keys[string]> = {}, current: Partial<Keys[string]> = {}, ago = HOUR): Situation => ({
  keys: {
    [OLD]: { age: 100 * DAY, ...delivered(100 * DAY), ...old },
    [NEW]: { age: ago, ...delivered(ago, OLD), ...current },
  },
  written: [ago, ago],
  lastUsed: { [OLD]: 2 * DAY, [NEW]: MINUTE },
});
/** A delivered key in use, and one of which nothing is recorded, but what is given. */
const nextTo = (other: Partial<Keys[string]> = {}, more: Partial<Situation> = {}): Situation => ({
  keys: { [OLD]: { age: 91 * DAY, ...delivered(91 * DAY) }, [NEW]: { age: DAY, ...other } },
  written: [91 * DAY, 91 * DAY],
  lastUsed: { [OLD]: MINUTE, [NEW]: 'never' },
  ...more,
});
const rotate = (situation: Situation) => planKeyRotation({ now: true, deleteOld: false })(holderIn(situation));
const endNow = (situation: Situation) => planKeyRotation({ now: true, deleteOld: true })(holderIn(situation));
const provision = (situation: Situation) => planKey(holderIn(situation));
const signing = (id: string) => ({ more: { signingKey: id } });

const CASES: readonly [what: string, planned: ReturnType<typeof rotate>, why: string, step: string][] = [
  [
    'the replaced key is in its grace',
    rotate(pair()),
    `${NEW} is to be replaced: it is 1 hours old, and rotate-now is true.`,
    `${OLD}, replaced at 2026-04-11 11:00 UTC, works until ${LATER}. Run the step again then; ${LEAKED}; jobs that still ` +
      `work with ${OLD} or ${NEW} fail`,
  ],
  [
    'the replaced key is inactive',
    rotate(pair({ inactive: true })),
    `${NEW} is to be replaced`,
    `${OLD}, replaced at 2026-04-11 11:00 UTC and inactive, goes when a place is needed after ${LATER}. Run the step ` +
      `again then; ${LEAKED}; jobs that still work with ${NEW} fail`,
  ],
  [
    'the replaced key was used since',
    rotate({ ...pair(), lastUsed: { [OLD]: HOUR / 2 } }),
    `${NEW} is to be replaced`,
    `${OLD}, replaced at 2026-04-11 11:00 UTC, stays while it is used: it was last at 2026-04-11 11:30 UTC (s3 in ` +
      'eu-central-1). Let what uses it take the new one. Run the step again when nobody has used it for 24 hours, after ' +
      `2026-04-12 11:30 UTC; ${LEAKED}`,
  ],
  [
    'the replaced key is used for ever',
    rotate({ ...pair({}, {}, 91 * DAY), lastUsed: { [OLD]: HOUR } }),
    `${NEW} is to be replaced: it is 91 days old, and max-age is 90 days.`,
    `Let what uses it take the new one. Run the step again when nobody has used it for 24 hours, after ${LATER}`,
  ],
  [
    'AWS does not say whether the replaced key is used, in its grace',
    rotate({ ...pair(), lastUsed: {} }),
    `${NEW} is to be replaced`,
    `${OLD}, replaced at 2026-04-11 11:00 UTC, stays, as AWS does not say whether it is in use. Allow the step ` +
      `iam:GetAccessKeyLastUsed, and run it again after ${LATER}; ${LEAKED}`,
  ],
  [
    'AWS does not say whether the replaced key is used, and its grace is over',
    rotate({ ...pair({}, {}, 91 * DAY), lastUsed: {} }),
    `${NEW} is to be replaced`,
    `Allow the step iam:GetAccessKeyLastUsed, and run it again; ${LEAKED}`,
  ],
  [
    'a secret of the key in use is gone',
    provision({ ...pair(), written: [HOUR, 'missing'] }),
    `${NEW} is to be replaced: CI_AWS_SECRET_ACCESS_KEY of octo/app is not there.`,
    `works until ${LATER}. Run the step again then; ${LEAKED}`,
  ],
  [
    'somebody has deactivated the key in use',
    provision(pair({}, { inactive: true })),
    `${NEW} is to be replaced: somebody has deactivated it.`,
    `While ${NEW} is inactive, what reads it from its places fails, and nobody can use it. Delete it and run the step ` +
      `again, which delivers a new one: ${DELETE} ${NEW}; or, if it was deactivated by mistake, activate it again: aws iam ` +
      `update-access-key --user-name pulumi --access-key-id ${NEW} --status Active`,
  ],
  [
    'the step works with the replaced key',
    rotate({ ...pair(), ...signing(OLD) }),
    `${NEW} is to be replaced`,
    'This step works with the key that was replaced at 2026-04-11 11:00 UTC, and so cannot end it. Give it the new key as ' +
      `aws-access-key-id and aws-secret-access-key: ${NEW}, which is in ${PLACE}. With that, run it again when nobody has ` +
      'used the old one for 24 hours, or at once in mode: rotate with delete-old-keys: true',
  ],
  [
    'the same, and it is to end it at once',
    endNow({ ...pair(), ...signing(OLD) }),
    `${NEW} is to be replaced`,
    'This step works with the key that was replaced at 2026-04-11 11:00 UTC, and so cannot end it. Give it the new key',
  ],
  [
    'the same, and the key in use is in no place',
    provision({ ...pair(), written: ['missing', HOUR], ...signing(OLD) }),
    `${NEW} is to be replaced: CI_AWS_ACCESS_KEY_ID of octo/app is not there.`,
    'This step works with the key that was replaced at 2026-04-11 11:00 UTC, and so cannot end it, and its places do not ' +
      'hold the new one. Run the step once with other credentials, such as an administrator’s, in mode: rotate with ' +
      `delete-old-keys: true, which ends the old key and delivers a new one; jobs that still work with the old one, or ` +
      `with ${NEW}, fail`,
  ],
  [
    'a key may come from a lost answer',
    rotate(nextTo({ suspect: { at: NOW - HOUR } })),
    `${OLD} is to be replaced`,
    `${NEW} may come from an answer that a run lost: it is deleted after ${LATER}, unless it is used. Run the step again ` +
      `then; or, if you know that nobody has it, delete it now: ${DELETE} ${NEW}`,
  ],
  [
    'the same, and AWS does not say whether it is used',
    rotate(nextTo({ suspect: { at: NOW - HOUR } }, { lastUsed: {} })),
    `${OLD} is to be replaced`,
    `it stays, as AWS does not say whether it is in use. Allow the step iam:GetAccessKeyLastUsed, and run it again after ` +
      `${LATER}; or, if you know that nobody has it, delete it now: ${DELETE} ${NEW}`,
  ],
  [
    'the same, and it is used: it is a person’s',
    rotate(nextTo({ suspect: { at: NOW - HOUR } }, { lastUsed: { [NEW]: MINUTE } })),
    `${OLD} is to be replaced`,
    `By the times at which they were written, ${PLACE} hold ${OLD}, and not ${NEW}. If nothing uses ${NEW}, delete it, ` +
      `and run the step again: ${DELETE} ${NEW}`,
  ],
  [
    'a key is a person’s',
    rotate(nextTo()),
    `${OLD} is to be replaced`,
    `${PLACE} hold ${OLD}, and not ${NEW}. If nothing uses ${NEW}, delete it, and run the step again: ${DELETE} ${NEW}`,
  ],
  [
    'a person has written the places since both were made',
    provision(nextTo({}, { written: [HOUR, HOUR] })),
    `${OLD} is to be replaced: CI_AWS_ACCESS_KEY_ID of octo/app and CI_AWS_SECRET_ACCESS_KEY of octo/app were written`,
    `Somebody else has written ${PLACE} since, and which key is there, nobody else can tell: ask who did it. Delete the key ` +
      `that is in no place, and run the step again, which delivers a new one to all places: ${DELETE} …`,
  ],
  [
    'a person has written the places before one was made, and they had neither from a run',
    provision({ keys: { [OLD]: { age: 2 * DAY }, [NEW]: { age: HOUR } }, written: [DAY, DAY] }),
    `perhaps in ${PLACE}, which somebody else has written since) and`,
    `By the times at which they were written, ${PLACE} do not hold ${NEW}. If nothing uses ${NEW}, delete it, and run`,
  ],
  [
    'a place holds the replaced key, and none the one after it',
    rotate({ ...pair({}, delivered(HOUR, OLD, true)), written: [100 * DAY, 100 * DAY] }),
    `${NEW} is to be replaced: CI_AWS_ACCESS_KEY_ID of octo/app and CI_AWS_SECRET_ACCESS_KEY of octo/app were written`,
    `${PLACE} hold ${OLD}, and not ${NEW}. If nothing uses ${NEW}, delete it, and run the step again: ${DELETE} ${NEW}`,
  ],
  [
    'the same, and the one after it is in places that the document does not name',
    provision({
      ...pair(
        {},
        { delivered: { at: NOW - HOUR, written: NOW - HOUR, replaces: OLD, torn: false, places: ['0a1b2c3d'] } },
      ),
      written: [100 * DAY, 100 * DAY],
    }),
    `${NEW} is to be replaced`,
    `${PLACE} hold ${OLD}, and not ${NEW}. It was delivered to places that the document does not name. If nothing uses`,
  ],
  [
    'the same, and somebody has deactivated the replaced key',
    provision({ ...pair({ inactive: true }, delivered(HOUR, OLD, true)), written: [100 * DAY, 100 * DAY] }),
    `${NEW} is to be replaced`,
    `While ${OLD} is inactive, what reads it from its places fails, and nobody can use it. Delete it and run the step again`,
  ],
  [
    'the replaced key is in a place that the document gives to another user, who has no key there',
    rotate({
      ...pair(
        {
          delivered: {
            at: NOW - 100 * DAY,
            written: undefined,
            replaces: undefined,
            torn: false,
            places: ['0a1b2c3d'],
          },
        },
        {},
        HOUR,
      ),
      written: [HOUR, HOUR],
      more: { placesOfOthers: [{ user: 'other', place: destinationOf(IN_PROD), digest: '0a1b2c3d', delivered: [] }] },
    }),
    `${NEW} is to be replaced`,
    `${OLD} may be in AWS_ACCESS_KEY_ID of ${PROD} and AWS_SECRET_ACCESS_KEY of ${PROD}, which the document gives to the ` +
      `user other, and no newer one. Let a run of mode: provision deliver one there; ${OLD} then works for 24 hours more. Run`,
  ],
  [
    'a person has put the replaced key back, or written another',
    endNow({ ...pair({}, {}, 2 * DAY), written: [HOUR, HOUR] }),
    `${NEW} is to be replaced`,
    `Somebody else has written ${PLACE} since, and which key is there, nobody else can tell: ask who did it`,
  ],
  [
    'nobody knows when the places were written',
    rotate(nextTo({}, { written: undefined })),
    `${OLD} is to be replaced`,
    `By what is recorded, ${OLD} was delivered, and ${NEW} was not. If nothing uses ${NEW}, delete it`,
  ],
  [
    'the step works with the key of a person',
    rotate(nextTo({}, signing(NEW))),
    `${OLD} is to be replaced`,
    `If nothing uses ${NEW}, let this step work with ${OLD}; then delete it, and run the step again: ${DELETE} ${NEW}`,
  ],
  [
    'places hold different keys',
    rotate({
      ...pair({}, delivered(HOUR, OLD, true)),
      accessKey: { deliver: [TO_GITHUB, IN_PROD] },
      more: { marks: marksOf(HOUR, 100 * DAY) },
    }),
    `${NEW} is to be replaced`,
    'Each is in a place that has no newer one, and so neither ends by itself: decide which place may fail for a moment, ' +
      `and delete the key that it holds. Then run the step again, which delivers a new one to all places: ${DELETE} …`,
  ],
  [
    'one place holds one of them, and a person has written the other since',
    provision({
      ...nextTo(),
      accessKey: { deliver: [TO_GITHUB, IN_PROD] },
      keys: {
        [OLD]: { age: 91 * DAY, ...deliveredTo(91 * DAY, [TO_GITHUB]) },
        [NEW]: { age: DAY },
      },
      more: { marks: marksOf(91 * DAY, HOUR) },
    }),
    `${OLD} is to be replaced: AWS_ACCESS_KEY_ID of ${PROD}`,
    `Somebody else has written AWS_ACCESS_KEY_ID of ${PROD} and AWS_SECRET_ACCESS_KEY of ${PROD} since, and which key is ` +
      'there, nobody else can tell: ask who did it. If one of the keys is in no place, delete that; else decide which place ' +
      `may fail for a moment, and delete the key that it holds. Then run the step again, which delivers a new one to all ` +
      `places: ${DELETE} …`,
  ],
  [
    'a run died while it wrote variables of a workspace',
    provision({
      accessKey: { deliver: [TO_WORKSPACE] },
      keys: {
        [OLD]: { age: 91 * DAY, ...versioned(91 * DAY, '1') },
        [NEW]: died(DAY, '1'),
      },
      lastUsed: { [OLD]: HOUR, [NEW]: 'never' },
      more: { marks: versionsAt('2') },
    }),
    `${NEW} is to be replaced: not all of its places hold it for certain.`,
    `A run did not come to its end with ${VARIABLES}, and which key is there, nobody can tell: see from their last use which ` +
      'one is needed. Delete the key that is in no place, and run the step again, which delivers a new one to all places',
  ],
  [
    'the server of a workspace says no versions: what is recorded tells',
    rotate({
      ...nextTo(),
      accessKey: { deliver: [TO_WORKSPACE] },
      more: { marks: versionsAt(undefined) },
    }),
    `${OLD} is to be replaced`,
    `By what is recorded, ${OLD} was delivered, and ${NEW} was not. If nothing uses ${NEW}, delete it`,
  ],
  [
    'one was delivered to a place that the document does not name any more, and a key is a person’s',
    provision({
      ...nextTo(),
      keys: { [OLD]: { age: 91 * DAY, ...deliveredTo(91 * DAY, [IN_PROD]) }, [NEW]: { age: DAY } },
      written: ['missing', 'missing'],
    }),
    `${OLD} is to be replaced: CI_AWS_ACCESS_KEY_ID of octo/app and CI_AWS_SECRET_ACCESS_KEY of octo/app are not there.`,
    `${PLACE} hold neither. ${OLD} was delivered to places that the document does not name, and ${NEW} is in no place that ` +
      `is recorded. If nothing uses ${NEW}, delete it, and run the step again: ${DELETE} ${NEW}`,
  ],
  [
    'no run has delivered either',
    provision({ keys: { [OLD]: { age: DAY }, [NEW]: { age: HOUR } }, written: [2 * DAY, 'missing'] }),
    'whole in no place of the document). ',
    `${PLACE} hold neither. Delete the one that is not in use: ${DELETE} …`,
  ],
  [
    'the same, and nobody can tell what the places hold',
    provision({ keys: { [OLD]: { age: DAY }, [NEW]: { age: HOUR } } }),
    'use not known). ',
    `Which of them ${PLACE} hold, nobody can tell. Delete the one that is not in use: ${DELETE} …`,
  ],
  [
    'both are for jobs',
    provision({
      keys: {
        [OLD]: { age: DAY, job: { run: RUN, until: NOW + HOUR } },
        [NEW]: { age: HOUR, job: { run: RUN, until: NOW + 2 * HOUR } },
      },
      accessKey: { deliver: [{ to: 'environment' }] },
    }),
    'for run 123456 of octo/app). ',
    'Let one of those jobs end: its post step deletes its key. If none is running any more, as a machine was lost, run the ' +
      'step again after 2026-04-11 13:00 UTC; or at once, with a github-token that may read whether their runs are over ' +
      '(Actions: read)',
  ],
  [
    'one is for places that the document does not name any more',
    provision({
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: HOUR, job: { run: RUN, until: NOW + HOUR } } },
      accessKey: { deliver: [{ to: 'environment' }] },
    }),
    'for run 123456 of octo/app). ',
    `${OLD} is for places that last, and the document names none any more. It stays, as what reads it from there may work ` +
      `with it. When nothing needs it, delete it: ${DELETE} ${OLD}; or let that job end: its post step deletes its key`,
  ],
  [
    'both are',
    provision({
      keys: { [OLD]: { age: DAY, ...delivered(DAY) }, [NEW]: { age: DAY, ...delivered(DAY) } },
      accessKey: { deliver: [{ to: 'environment' }] },
    }),
    'use not known). ',
    `${OLD} and ${NEW} are for places that last, and the document names none any more. They stay, as what reads them from ` +
      `there may work with them. When nothing needs one of them, delete that: ${DELETE} …`,
  ],
  [
    'one is for a job',
    provision({ keys: { [OLD]: { age: DAY }, [NEW]: { age: HOUR, job: { run: RUN, until: NOW + HOUR } } } }),
    'for run 123456 of octo/app). ',
    'Let that job end: its post step deletes its key. If it is not running any more, as a machine was lost, run the step ' +
      'again after 2026-04-11 13:00 UTC; or at once, with a github-token that may read whether its run is over',
  ],
];

describe('a user with two keys is asked for one step', () => {
  test.each(CASES)('%s', (_, planned, why, step) => {
    const { code, text = '' } = obstacleIn(planned) ?? {};
    expect(code).toBe('access-keys-full');
    expect(text).toContain(why);
    expect(text).toContain(step);
  });

  test('each case is a row of its page, found by what it says', () => {
    const [, entry = ''] = page('docs/troubleshooting.md').prose.split('## access-keys-full\n');
    const [table = ''] = entry.split(/^## /m);
    const rows = [...table.matchAll(/^\| (`.*?) +\| /gm)].map(([, said = '']) =>
      [...said.matchAll(/`([^`]+)`/g)].map(([, quote = '']) => quote),
    );
    const texts = CASES.map(([, planned]) => obstacleIn(planned)?.text ?? '');
    expect(rows.length).toBeGreaterThan(10);
    expect(rows.flat().filter((quote) => !texts.some((text) => text.includes(quote)))).toEqual([]);
    expect(texts.filter((text) => !rows.flat().some((quote) => text.includes(quote)))).toEqual([]);
  });

  test('which key it works with, the step says', () => {
    const { text = '' } = obstacleIn(rotate({ ...pair(), ...signing(OLD) })) ?? {};
    expect(text).toContain(
      `${OLD} (active, 100 days old, last used 2 days ago (s3 in eu-central-1), whole in no place of the document, this step works with it)`,
    );
    expect(text).not.toContain('Run the step again then');
  });
});
