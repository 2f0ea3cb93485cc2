import { TAG_CHARACTERS } from '../../src/aws/tags';
import {
  describeEphemeral,
  EPHEMERAL,
  ephemeralOf,
  ephemeralTags,
  findOver,
  readEphemeral,
  readEphemeralOf,
  type Ephemeral,
} from '../../src/provisioning/ephemeral';
import { planOidcProvider } from '../../src/provisioning/resources/oidc-provider';
import type { Rules } from '../../src/provisioning/resources/ownership';
import { planPolicy } from '../../src/provisioning/resources/policy';
import { planRole } from '../../src/provisioning/resources/role';
import { planUser } from '../../src/provisioning/resources/user';
import { thisRun } from '../../src/provisioning/run';
import {
  arn,
  changeIn,
  declaredPolicy,
  declaredProvider,
  declaredRole,
  declaredUser,
  existingPolicy,
  existingProvider,
  existingRole,
  existingUser,
  obstacleIn,
  OURS,
  REPOSITORY,
  RULES,
  THEIRS,
} from './declared';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-08-01T12:00:00Z');
const iam = { time: () => NOW };
const RUN = thisRun(REPOSITORY, { GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' });
const OTHER = thisRun(REPOSITORY, { GITHUB_RUN_ID: '6', GITHUB_RUN_ATTEMPT: '2' });
const OWN = ephemeralOf({ run: RUN, iam, isHosted: true });
const FOREIGN = ephemeralOf({ run: OTHER, iam, isHosted: true });

describe('a mark', () => {
  test.each([
    ['of GitHub', true, 6 * HOUR],
    ['of one’s own', false, 5 * 24 * HOUR],
  ])('on a runner %s lasts as long as a job can', (_, isHosted, ms) => {
    expect(ephemeralOf({ run: RUN, iam, isHosted })).toEqual({ run: RUN, until: NOW + ms });
  });

  test('is read as it was written, in characters that AWS takes', () => {
    const tags = ephemeralTags(OWN);
    expect(readEphemeral({ ...OURS, ...tags })).toEqual(OWN);
    expect(Object.keys(tags)).toEqual(['aws-identity-action:ephemeral']);
    const [value = ''] = Object.values(tags);
    expect(value).toMatch(/^run=octo\/app:7\.1:[0-9a-f]{8} until=2026-08-01T18:00:00Z$/);
    expect(value).toMatch(new RegExp(`^[${TAG_CHARACTERS}]{1,256}$`, 'u'));
  });

  test('has room for the longest name of a repository', () => {
    const run = thisRun(`${'o'.repeat(39)}/${'a'.repeat(100)}`, { GITHUB_RUN_ID: '9'.repeat(20) });
    const of = `AIDA${'X'.repeat(17)}`;
    expect(ephemeralTags({ run, until: NOW, of })[EPHEMERAL]?.length).toBeLessThanOrEqual(256);
  });

  test('is none on another thing than the one that it was put on', () => {
    const tags = ephemeralTags({ ...OWN, of: 'AIDAONE' });
    expect(readEphemeralOf('AIDAONE', tags)).toEqual({ ...OWN, of: 'AIDAONE' });
    expect(readEphemeralOf('AIDAOTHER', tags)).toBeUndefined();
    expect(readEphemeralOf('AIDAOTHER', ephemeralTags(OWN))).toEqual(OWN);
  });

  test('is none on what has none, and over where someone has spoiled it', async () => {
    expect(readEphemeral(OURS)).toBeUndefined();
    const spoiled = readEphemeral({ [EPHEMERAL]: 'x' });
    expect(spoiled).toEqual({ run: undefined, until: 0 });
    const isOver = await findOver([spoiled], { iam, runs: undefined });
    expect(spoiled && isOver(spoiled)).toBe(true);
  });

  test('is described', () => {
    expect(describeEphemeral(FOREIGN)).toBe('run 6 of octo/app, attempt 2, until 2026-08-01T18:00:00Z at the latest');
  });
});

describe('the run of a mark is over', () => {
  const judged = async (mark: Ephemeral, overForMs: number | undefined, isAsked = true) => {
    const asked: unknown[] = [];
    const runs = {
      overForMs(run: object) {
        asked.push(run);
        return Promise.resolve(overForMs);
      },
    };
    const isOver = await findOver([undefined, mark, mark], { iam, runs: isAsked ? runs : undefined });
    return { isOver: isOver(mark), asked };
  };

  test('when its time is, whatever GitHub says', async () => {
    expect(await judged({ run: OTHER, until: NOW }, undefined)).toEqual({ isOver: true, asked: [] });
  });

  test('when GitHub says so, which is asked once for each run', async () => {
    const attempt = { repository: REPOSITORY, runId: '6', attempt: '2' };
    expect(await judged(FOREIGN, 0)).toEqual({ isOver: true, asked: [attempt] });
    expect(await judged(FOREIGN, undefined)).toEqual({ isOver: false, asked: [attempt] });
  });

  test('never before that where there is nobody to ask', async () => {
    expect((await judged({ run: OTHER, until: NOW + 1 }, 0, false)).isOver).toBe(false);
  });
});

const KINDS: Record<string, (rules: Rules, tags?: Record<string, string>) => ReturnType<typeof planUser>> = {
  user: (rules, tags) => planUser(declaredUser(), tags && existingUser({ tags }), [], rules),
  role: (rules, tags) => planRole(declaredRole(), tags && existingRole({ tags }), [], rules),
  policy: (rules, tags) => planPolicy(declaredPolicy(), tags && existingPolicy({ tags }), rules),
  'OIDC provider': (rules, tags) => planOidcProvider(declaredProvider(), tags && existingProvider({ tags }), rules),
};

/** The IDs of what is there, where marks name it. */
const IDS: Partial<Record<string, string>> = {
  user: existingUser().id,
  role: existingRole().id,
  policy: existingPolicy().id,
};

describe.each(Object.entries(KINDS))('a %s', (kind, plan) => {
  const marked = { ...OURS, ...ephemeralTags(FOREIGN) };
  const isOver = () => true;
  const tagsIn = (planned: ReturnType<typeof plan>) =>
    changeIn(planned)
      .stages.flat()
      .flatMap(({ input }) => ('Tags' in input ? (input.Tags ?? []) : []))
      .filter(({ Key }) => Key === EPHEMERAL)
      .map(({ Value }) => Value);
  const untagged = (planned: ReturnType<typeof plan>) =>
    changeIn(planned)
      .stages.flat()
      .flatMap(({ input }) => ('TagKeys' in input ? (input.TagKeys ?? []) : []));

  test('that is made for this run alone is made with its mark, which the plan does not show', () => {
    const planned = plan({ ...RULES, ephemeral: OWN });
    expect(tagsIn(planned)).toEqual([ephemeralTags(OWN)[EPHEMERAL]]);
    expect(changeIn(planned).details.join()).not.toContain('ephemeral');
    expect(tagsIn(plan(RULES))).toEqual([]);
  });

  test('that another run has for itself alone is in the way, also where things are taken over', () => {
    for (const rules of [RULES, { ...RULES, adoptExisting: true }, { ...RULES, ephemeral: OWN }]) {
      const obstacle = obstacleIn(plan({ ...rules, isOver: () => false }, marked));
      expect(obstacle?.code).toBe('ephemeral-of-another-run');
      expect(obstacle?.text).toContain('is there for run 6 of octo/app, attempt 2, until 2026-08-01T18:00:00Z');
      expect(obstacle?.text).toContain(kind);
    }
    expect(obstacleIn(plan(RULES, marked))?.code).toBe('ephemeral-of-another-run');
  });

  test('that a run left which is over is there to last from then on', () => {
    const planned = plan({ ...RULES, isOver }, marked);
    expect(changeIn(planned)).toMatchObject({ action: 'change', creates: undefined });
    expect(changeIn(planned).details).toEqual([
      '~ left by run 6 of octo/app, attempt 2, until 2026-08-01T18:00:00Z at the latest; now to last',
    ]);
    expect(untagged(planned)).toEqual([EPHEMERAL]);
    expect(tagsIn(planned)).toEqual([]);
  });

  test('that a run left which is over is this one’s, where that is for itself alone: its post step removes it', () => {
    const planned = plan({ ...RULES, isOver, ephemeral: OWN }, marked);
    expect(tagsIn(planned)).toEqual([ephemeralTags({ ...OWN, of: IDS[kind] })[EPHEMERAL]]);
    expect(untagged(planned)).toEqual([]);
    expect(changeIn(planned).creates).toMatchObject({ kind });
  });

  test('that lasts stays so, where this run is for itself alone', () => {
    const planned = plan({ ...RULES, isOver, ephemeral: OWN }, OURS);
    expect(changeIn(planned)).toMatchObject({ action: 'keep', stages: [], creates: undefined });
  });
});

test('a provider of another repository that one of its runs has for itself alone is in the way', () => {
  const marked = existingProvider({ tags: { ...THEIRS, ...ephemeralTags(FOREIGN) } });
  const planned = planOidcProvider(declaredProvider(), marked, RULES);
  expect(obstacleIn(planned)?.text).toContain(arn('oidc-provider/token.actions.githubusercontent.com'));
  expect(changeIn(planOidcProvider(declaredProvider(), marked, { ...RULES, isOver: () => true })).action).toBe('leave');
});
