import fc from 'fast-check';
import { isObstacle, type Planned } from '../../src/provisioning/changes/change';
import { planMarkdown } from '../../src/provisioning/plan-markdown';
import { planPolicy } from '../../src/provisioning/resources/policy';
import { planRole } from '../../src/provisioning/resources/role';
import { planUser } from '../../src/provisioning/resources/user';
import { detailLines, hasMore, planLines } from '../../src/provisioning/show-plan';
import {
  declaredPolicy,
  declaredRole,
  declaredUser,
  existingPolicy,
  existingRole,
  existingUser,
  OURS,
  POWER_USER,
  READ_ONLY,
  RULES,
  THEIRS,
} from '../provisioning/declared';
import { holds } from './cases';
import { policy } from './documents';
import { anyText } from './texts';

/** Anyone may have written anything into an account. */
const tags = fc
  .tuple(
    fc.constantFrom<Record<string, string>>(OURS, OURS, THEIRS, {}),
    fc.dictionary(anyText, anyText, { maxKeys: 3 }),
  )
  .map(([own, more]) => ({ ...more, ...own }));
const boundary = fc.constantFrom(undefined, READ_ONLY, POWER_USER);
const attachedPolicies = fc.subarray([READ_ONLY, POWER_USER, 'arn:aws:iam::123456789012:policy/list']);
const inlinePolicies = fc.dictionary(fc.constantFrom('one', 'two', '__proto__', 'RequireMfa'), policy);
const identity = {
  tags,
  permissionsBoundary: boundary,
  attachedPolicies,
  inlinePolicies,
  path: fc.constantFrom('/', '/a/'),
};

const declared = {
  tags: fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), anyText, { maxKeys: 3 }),
  policies: fc.subarray([{ declared: 'list' }, { arn: READ_ONLY }]),
  inlinePolicies: fc.dictionary(fc.constantFrom('one', 'two'), policy),
  permissionsBoundary: fc.option(fc.constantFrom({ declared: 'list' }, { arn: READ_ONLY }), { nil: undefined }),
};

/** Says what is in the way, or what is done; the plan shows as much. */
function expectPlan(planned: Planned): void {
  if (isObstacle(planned)) {
    expect(planned.text).toMatch(/\S/);
    return;
  }
  const { action, stages, details } = planned;
  expect(action === 'keep').toBe(stages.length === 0);
  if (action === 'keep') expect(details).toEqual([]);
  const lines = planLines([planned]);
  if (hasMore(planned)) expect(lines.slice(-details.length)).toEqual(detailLines(planned));
  else expect(lines).toHaveLength(1);
  expect(planMarkdown([planned], { room: 1024 * 1024, rest: '' }).isWhole).toBe(true);
}

test('whatever the account holds, there is a plan for a user, a role and a policy, or a reason why not', () =>
  holds(
    0.024,
    fc.property(
      fc.record({ ...declared, requireMfa: fc.boolean() }),
      fc.record(identity),
      fc.record({ ...declared, description: fc.option(anyText, { nil: undefined }) }),
      fc.record({ ...identity, description: anyText, trust: policy, maxSessionDuration: fc.nat(50_000) }),
      fc.record({ document: policy, description: anyText, tags }),
      fc.boolean(),
      (user, hasUser, role, hasRole, hasPolicy, adoptExisting) => {
        const rules = { ...RULES, adoptExisting };
        const policies = [declaredPolicy()];
        expectPlan(planUser(declaredUser(user), existingUser(hasUser), policies, rules));
        expectPlan(planRole(declaredRole(role), existingRole(hasRole), policies, rules));
        expectPlan(planPolicy(declaredPolicy(), existingPolicy(hasPolicy), rules));
      },
    ),
  ));
