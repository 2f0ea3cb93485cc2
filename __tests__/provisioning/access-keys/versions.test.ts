import type { KeyDestination } from '../../../src/identities/declaration';
import { describeSecret, HCP_TERRAFORM } from '../../../src/identities/stored-secret';
import { arrivalOf, type Arrival } from '../../../src/provisioning/access-keys/arrival';
import { placeDigests, versionedIn } from '../../../src/provisioning/access-keys/destinations';
import { driftOf } from '../../../src/provisioning/access-keys/drift';
import { placesWith, whyHeld } from '../../../src/provisioning/access-keys/held-places';
import { versionsOf, type Marks } from '../../../src/provisioning/access-keys/marks';
import { readRecords, recordTags } from '../../../src/provisioning/access-keys/record';
import { isWrittenBy } from '../../../src/provisioning/access-keys/writings';
import { TO_GITHUB } from '../declared';
import { DAY, HOUR, holderIn, NEW, NOW, OLD, RUN, type Situation } from './holder';

const workspaceNamed = (name: string): KeyDestination => ({
  to: 'terraform-cloud',
  workspace: { server: HCP_TERRAFORM, organization: 'acme', name },
});
const PROD = [workspaceNamed('prod')];
const [ID, SECRET] = versionedIn(PROD);

type Version = string | undefined;

/** What HCP Terraform says of the two variables: their versions; `none` for one that is not there. */
function marksOf(id: Version, secret: Version, destinations = PROD): Marks {
  const versions = versionedIn(destinations).map((one, index) => [one, index % 2 === 0 ? id : secret] as const);
  return new Map(
    versions.map(([one, version]) => [describeSecret(one), version === 'none' ? undefined : { version }] as const),
  );
}

const recorded = (id: Version, secret: Version) => versionsOf(versionedIn(PROD), marksOf(id, secret));

describe('how far a key got whose run died', () => {
  const begun = { created: new Date(NOW - HOUR), latest: NOW, versions: recorded('i1', 's1') };

  test.each<[what: string, id: Version, secret: Version, arrival: Arrival]>([
    ['nothing was written', 'i1', 's1', 'none'],
    ['one half was', 'i2', 's1', 'none'],
    ['the other half was', 'i1', 's2', 'none'],
    ['both were, by whomever', 'i2', 's2', 'unknown'],
    ['both were, and one is gone', 'i2', 'none', 'none'],
    ['the server says no versions', undefined, undefined, 'unknown'],
  ])('%s', (_, id, secret, arrival) => {
    expect(arrivalOf(begun, PROD, marksOf(id, secret))).toBe(arrival);
  });

  test('variables that were not there and are, were written', () => {
    const made = { ...begun, versions: recorded('none', 'none') };
    expect(arrivalOf(made, PROD, marksOf('none', 'none'))).toBe('none');
    expect(arrivalOf(made, PROD, marksOf('i1', 'none'))).toBe('none');
    expect(arrivalOf(made, PROD, marksOf('i1', 's1'))).toBe('unknown');
  });

  test('where the versions before are not known, nothing is', () => {
    expect(arrivalOf({ ...begun, versions: undefined }, PROD, marksOf('i1', 's1'))).toBe('unknown');
  });

  test('a place at GitHub has it, and a workspace may have', () => {
    const github = [TO_GITHUB, ...PROD];
    const written = ['CI_AWS_ACCESS_KEY_ID of octo/app', 'CI_AWS_SECRET_ACCESS_KEY of octo/app'].map(
      (secret) => [secret, { time: NOW - HOUR + 10_000 }] as const,
    );
    expect(arrivalOf(begun, github, new Map([...written, ...marksOf('i1', 's1')]))).toBe('some');
    expect(arrivalOf(begun, github, new Map([...written, ...marksOf('i2', 's2')]))).toBe('unknown');
  });
});

test.each<[id: Version, secret: Version, said: RegExp | undefined]>([
  ['i1', 's1', undefined],
  ['i1', 's2', /^AWS_SECRET_ACCESS_KEY of the workspace acme\/prod was written by someone else since$/],
  ['i2', 's2', /^AWS_ACCESS_KEY_ID of .* and AWS_SECRET_ACCESS_KEY of .* were written by someone else since$/],
  ['none', 's1', /^AWS_ACCESS_KEY_ID of the workspace acme\/prod is not there$/],
  [undefined, undefined, undefined],
])('a delivered key whose variables have the versions %s and %s', (id, secret, said) => {
  const delivery = { written: undefined, versions: recorded('i1', 's1'), places: placeDigests(PROD) };
  const drift = driftOf(new Date(NOW), delivery, PROD, marksOf(id, secret));
  if (said) expect(drift).toMatch(said);
  else expect(drift).toBeUndefined();
});

test('of many workspaces a record knows only whether all are the same', () => {
  const many = Array.from({ length: 12 }, (_, index) => workspaceNamed(`w${index}`));
  const versions = versionsOf(versionedIn(many), marksOf('i', 's', many));
  const places = placeDigests(many);
  const tags = recordTags(NEW, {
    delivered: { at: NOW, written: undefined, replaces: OLD, torn: false, places, versions },
  });
  expect(Object.values(tags)[0]?.length).toBeLessThanOrEqual(256);
  const read = readRecords(tags).keys.get(NEW)?.delivered;
  if (!read) throw new Error('no record');
  expect(driftOf(new Date(NOW), read, many, marksOf('i', 's', many))).toBeUndefined();
  expect(driftOf(new Date(NOW), read, many, marksOf('i', 'other', many))).toContain('written by someone else since');
});

describe('which key a workspace holds', () => {
  const places = placeDigests(PROD);
  const of = (versions: ReturnType<typeof recorded>, torn = false, replaces?: string) => ({
    delivered: { at: NOW - HOUR, written: undefined, replaces, torn, places, versions },
  });
  const begun = { delivering: { run: RUN, at: NOW - HOUR, places, versions: recorded('i1', 's1') } };
  const old = { age: 100 * DAY, ...of(recorded('i1', 's1')) };
  const heldIn = (keys: Situation['keys'] = {}, id: Version, secret: Version) => {
    const holder = holderIn({ keys, accessKey: { deliver: PROD }, more: { marks: marksOf(id, secret) } });
    return (holder.existing?.accessKeys ?? []).map((key) => {
      const [held = 'no'] = Object.entries(placesWith(holder, key) ?? {}).flatMap(([how, { length }]) =>
        length > 0 ? how : [],
      );
      return [held, whyHeld(holder, key) !== undefined];
    });
  };

  test.each<[what: string, keys: Situation['keys'], id: Version, secret: Version, held: [string, boolean][]]>([
    ['the one whose record has its versions', { [OLD]: old }, 'i1', 's1', [['whole', true]]],
    ['none, where a variable is gone', { [OLD]: old }, 'i1', 'none', [['no', false]]],
    ['perhaps any, where somebody has written both', { [OLD]: old }, 'i9', 's9', [['perhaps', true]]],
    [
      'the newer, which has replaced the other',
      { [OLD]: old, [NEW]: { age: DAY, ...of(recorded('i2', 's2'), false, OLD) } },
      'i2',
      's2',
      [
        ['no', false],
        ['whole', true],
      ],
    ],
    [
      'the older still, where a run died before it wrote anything',
      { [OLD]: old, [NEW]: { age: DAY, ...begun } },
      'i1',
      's1',
      [
        ['whole', true],
        ['no', false],
      ],
    ],
    [
      'nobody knows which, where a run died after it had written both',
      { [OLD]: old, [NEW]: { age: DAY, ...begun, ...of(undefined, true, OLD) } },
      'i2',
      's2',
      [
        ['unknown', true],
        ['unknown', true],
      ],
    ],
    [
      'the same, and the older is inactive: what reads that from there fails in any case',
      { [OLD]: { ...old, inactive: true }, [NEW]: { age: DAY, ...begun, ...of(undefined, true, OLD) } },
      'i2',
      's2',
      [
        ['unknown', false],
        ['unknown', true],
      ],
    ],
    [
      'nobody knows, where no versions of the newer are recorded',
      { [OLD]: old, [NEW]: { age: DAY, ...of(undefined, false, OLD) } },
      'i2',
      's2',
      [
        ['untold', false],
        ['untold', false],
      ],
    ],
    ['nobody knows, where the server says no versions', { [OLD]: old }, undefined, undefined, [['untold', false]]],
  ])('%s', (_, keys, id, secret, held) => {
    expect(heldIn(keys, id, secret)).toEqual(held);
  });
});

test('which key a workspace holds, a record of another user tells, whose place it was before', () => {
  const delivered = (versions: ReturnType<typeof recorded>) => ({
    delivered: {
      at: NOW - HOUR,
      written: undefined,
      replaces: undefined,
      torn: false,
      places: placeDigests(PROD),
      versions,
    },
  });
  const others = [{ tags: recordTags(OLD, delivered(recorded('i2', 's2'))), accessKeys: [] }];
  const heldIn = (id: Version, secret: Version) => {
    const keys = { [NEW]: { age: DAY, ...delivered(recorded('i1', 's1')) } };
    const holder = holderIn({ keys, accessKey: { deliver: PROD }, more: { others, marks: marksOf(id, secret) } });
    const [key] = holder.existing?.accessKeys ?? [];
    return key && whyHeld(holder, key);
  };
  expect(heldIn('i2', 's2')).toBeUndefined();
  expect(heldIn('i1', 's2')).toBeUndefined();
  expect(heldIn('i3', 's3')).toContain('somebody else has written');
});

test('which key many workspaces hold, a record knows that tells only whether all are the same', () => {
  const many = Array.from({ length: 12 }, (_, index) => workspaceNamed(`w${index}`));
  const places = placeDigests(many);
  const of = (version: string, replaces?: string) => {
    const versions = versionsOf(versionedIn(many), marksOf(version, version, many));
    return { delivered: { at: NOW - HOUR, written: undefined, replaces, torn: false, places, versions } };
  };
  const keys = { [OLD]: { age: 100 * DAY, ...of('1') }, [NEW]: { age: DAY, ...of('2', OLD) } };
  const holder = holderIn({ keys, accessKey: { deliver: many }, more: { marks: marksOf('2', '2', many) } });
  const whole = (holder.existing?.accessKeys ?? []).map((key) => placesWith(holder, key)?.whole.length);
  expect(whole).toEqual([0, 12]);
});

test('a variable goes with its user only in a version that a run has left', () => {
  if (!ID || !SECRET) throw new Error('no variables');
  const versions = recorded('i1', 's1') ?? [];
  expect(isWrittenBy({ versions }, ID, { version: 'i1' })).toBe(true);
  expect(isWrittenBy({ versions }, ID, { version: 's1' })).toBe(false);
  expect(isWrittenBy({ versions }, SECRET, { version: 's2' })).toBe(false);
  expect(isWrittenBy({ versions }, SECRET, { version: undefined })).toBe(false);
  expect(isWrittenBy({ from: 0, to: Infinity }, ID, { version: 'i1' })).toBe(false);
});
