import type { Iam, Write } from '../iam/connect';
import type { Change, Place } from './plan';
import { tagsIn } from './read-account';
import { gone, leftAlone, staged } from './removal';

/**
 * Plans the removal of a role with everything for which AWS would refuse to delete it.
 * https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
 */
export async function planRoleRemoval(RoleName: string, iam: Iam, place: Place): Promise<Change> {
  const { Role } = (await iam.find('GetRole', { RoleName })) ?? {};
  if (Role?.RoleName !== RoleName) return gone('role', RoleName);
  const left = leftAlone('role', RoleName, tagsIn(Role.Tags), place);
  if (left) return left;
  const input = { RoleName };
  const [inline, attached, profiles] = await Promise.all([
    iam.list('ListRolePolicies', input, (page) => page.PolicyNames),
    iam.list('ListAttachedRolePolicies', input, (page) => page.AttachedPolicies),
    iam.list('ListInstanceProfilesForRole', input, (page) => page.InstanceProfiles),
  ]);
  return {
    action: 'delete',
    kind: 'role',
    name: RoleName,
    details: [
      ...inline.map((name) => `- inline policy ${name}`),
      ...attached.map(({ PolicyArn = '' }) => `- policy ${PolicyArn}`),
      ...profiles.map(({ InstanceProfileName = '' }) => `- instance profile ${InstanceProfileName}`),
    ],
    stages: staged([
      [
        ...inline.map((PolicyName): Write => ({ operation: 'DeleteRolePolicy', input: { RoleName, PolicyName } })),
        ...attached.map(({ PolicyArn }): Write => ({ operation: 'DetachRolePolicy', input: { RoleName, PolicyArn } })),
        ...profiles.map(({ InstanceProfileName }): Write => ({
          operation: 'RemoveRoleFromInstanceProfile',
          input: { RoleName, InstanceProfileName },
        })),
      ],
      [{ operation: 'DeleteRole', input }],
    ]),
  };
}
