import type { Iam, Write } from '../iam/connect';
import type { Change, Obstacle, Place } from './plan';
import { tagsIn } from './read-account';
import { gone, leftAlone, staged } from './removal';
import { sideBySide } from './side-by-side';

/**
 * Plans the removal of a policy, from whom it is attached to as well.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
 *
 * @param leaving users and roles that go before, with what is attached to them
 */
export async function planPolicyRemoval(
  PolicyArn: string,
  leaving: ReadonlySet<string>,
  iam: Iam,
  place: Place,
): Promise<Change> {
  const name = policyName(PolicyArn);
  const { Policy } = (await iam.find('GetPolicy', { PolicyArn })) ?? {};
  if (!Policy) return gone('policy', name);
  const left = leftAlone('policy', name, tagsIn(Policy.Tags), place);
  if (left) return left;
  const asPolicy = { PolicyArn, PolicyUsageFilter: 'PermissionsPolicy' } as const;
  const [versions, users, roles, groups] = await Promise.all([
    iam.list('ListPolicyVersions', { PolicyArn }, (page) => page.Versions),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'User' }, (page) => page.PolicyUsers),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Role' }, (page) => page.PolicyRoles),
    iam.list('ListEntitiesForPolicy', { ...asPolicy, EntityFilter: 'Group' }, (page) => page.PolicyGroups),
  ]);
  const others = versions.filter(({ IsDefaultVersion }) => !IsDefaultVersion);
  const attached: { readonly to: string; readonly write: Write }[] = [
    ...users
      .filter(({ UserName = '' }) => !leaving.has(`user${UserName}`))
      .map(({ UserName = '' }) => ({
        to: `user ${UserName}`,
        write: { operation: 'DetachUserPolicy', input: { UserName, PolicyArn } } as const,
      })),
    ...roles
      .filter(({ RoleName = '' }) => !leaving.has(`role${RoleName}`))
      .map(({ RoleName = '' }) => ({
        to: `role ${RoleName}`,
        write: { operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } } as const,
      })),
    ...groups.map(({ GroupName = '' }) => ({
      to: `group ${GroupName}`,
      write: { operation: 'DetachGroupPolicy', input: { GroupName, PolicyArn } } as const,
    })),
  ];
  return {
    action: 'delete',
    kind: 'policy',
    name,
    details: attached.map(({ to }) => `- from ${to}`),
    stages: staged([
      [
        ...attached.map(({ write }) => write),
        ...others.map(({ VersionId }): Write => ({
          operation: 'DeletePolicyVersion',
          input: { PolicyArn, VersionId },
        })),
      ],
      [{ operation: 'DeletePolicy', input: { PolicyArn } }],
    ]),
  };
}

/**
 * Policies that are to go, but are permissions boundaries of users and roles that stay. AWS would say so only once all
 * the rest is gone.
 */
export async function boundariesInUse(
  phases: readonly (readonly Change[])[],
  policies: readonly string[],
  iam: Iam,
): Promise<Obstacle[]> {
  const deleted = phases.flat().filter(({ action }) => action === 'delete');
  const going = new Set(deleted.map(({ kind, name }) => kind + name));
  const found = await sideBySide(
    policies.filter((arn) => going.has(`policy${policyName(arn)}`)),
    async (PolicyArn) => {
      const bounded = await iam.list(
        'ListEntitiesForPolicy',
        { PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' },
        ({ PolicyUsers = [], PolicyRoles = [] }) => [
          ...PolicyUsers.map(({ UserName = '' }) => ({ kind: 'user', name: UserName })),
          ...PolicyRoles.map(({ RoleName = '' }) => ({ kind: 'role', name: RoleName })),
        ],
      );
      const others = bounded.filter(({ kind, name }) => !going.has(kind + name));
      return others.length > 0 ? boundaryInUse(PolicyArn, others) : [];
    },
  );
  return found.flat();
}

function boundaryInUse(arn: string, bounded: readonly { readonly kind: string; readonly name: string }[]): Obstacle {
  const whose = bounded.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return {
    code: 'delete-conflict',
    text: `the policy ${arn} is the permissions boundary of ${whose}, which this step leaves. Give them another boundary, or none`,
  };
}

function policyName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}
