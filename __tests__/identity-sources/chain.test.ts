import { parseRoleArn } from '../../src/aws/arn';
import { assumeChain, roleToAssume } from '../../src/identity-sources/chain';
import type { AssumedRole, RoleToAssume } from '../../src/identity-sources/identity-source';
import type { Chain, RoleSource, StepSettings } from '../../src/inputs/request';
import type { Step } from '../../src/runner/step';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const roleNamed = (name: string) => {
  const role = parseRoleArn(`arn:aws:iam::123456789012:role/${name}`);
  if (!role) throw new Error(`${name} is the name of no role.`);
  return role;
};
const [one, two, three] = [roleNamed('one'), roleNamed('two'), roleNamed('three')];

/** What is asked of the last role, but for the source identity. */
const LAST = {
  session: {
    sessionName: 'ci',
    duration: 3600,
    policies: { inline: '{}', managed: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] },
    plainCharacters: true,
  },
  signed: {
    externalId: 'ours',
    sourceIdentity: undefined,
    tags: [{ key: 'team', value: 'platform' }],
    transitiveTagKeys: ['team'],
  },
};
/** The same of a role on the way. */
const ON_THE_WAY = {
  session: { sessionName: 'ci', duration: 900, policies: { inline: undefined, managed: [] }, plainCharacters: false },
  signed: { externalId: undefined, sourceIdentity: undefined, tags: [], transitiveTagKeys: [] },
};
const withIdentity = ({ session, signed }: Pick<RoleToAssume, 'session' | 'signed'>) => ({
  session,
  signed: { ...signed, sourceIdentity: 'octocat' },
});

const byKeys: RoleSource = {
  source: { from: 'given keys', credentials: EXAMPLE_KEYS },
  mfa: undefined,
  ...withIdentity(LAST),
};
const byToken: RoleSource = {
  source: { from: 'token file', path: 'token', token: 'e30.e30.c2ln' },
  mfa: undefined,
  ...withIdentity(LAST),
};

describe('what shapes the session is for the last role; the source identity goes with the first signed request', () => {
  test.each<[what: string, chain: Chain, from: RoleSource, asked: object[]]>([
    ['one role, with keys', [one], byKeys, [{ role: one, isLast: true, inChain: '', ...withIdentity(LAST) }]],
    ['one role, with a token', [one], byToken, [{ role: one, isLast: true, inChain: '', ...LAST }]],
    [
      'a chain, with keys',
      [one, two, three],
      byKeys,
      [
        { role: one, isLast: false, inChain: ' (role 1 of 3)', ...withIdentity(ON_THE_WAY) },
        { role: two, isLast: false, inChain: ' (role 2 of 3)', ...ON_THE_WAY },
        { role: three, isLast: true, inChain: ' (role 3 of 3)', ...LAST },
      ],
    ],
    [
      'a chain, with a token',
      [one, two, three],
      byToken,
      [
        { role: one, isLast: false, inChain: ' (role 1 of 3)', ...ON_THE_WAY },
        { role: two, isLast: false, inChain: ' (role 2 of 3)', ...withIdentity(ON_THE_WAY) },
        { role: three, isLast: true, inChain: ' (role 3 of 3)', ...LAST },
      ],
    ],
  ])('%s', (_, chain, from, asked) => {
    expect(chain.map((role, index) => roleToAssume(role, index, { ...from, chain }))).toEqual(asked);
  });
});

test('a chain of one is what the source assumes', async () => {
  const assumed = { role: one } as AssumedRole;
  const assume = jest.fn<Promise<AssumedRole>, [RoleToAssume]>(() => Promise.resolve(assumed));
  const identity = { ...byToken, chain: [one] as const };
  expect(await assumeChain(identity, { assume }, {} as StepSettings, {} as Step)).toBe(assumed);
  expect(assume.mock.calls).toEqual([[roleToAssume(one, 0, identity)]]);
});
