import type { Iam } from '../iam/connect';
import type { Change, Place } from './plan';
import { planPolicyRemoval } from './plan-policy-removal';
import { planRoleRemoval } from './plan-role-removal';
import { planUserRemoval } from './plan-user-removal';
import { tagsIn } from './read-account';
import { gone, leftAlone } from './removal';
import { sideBySide } from './side-by-side';

/** What is to be removed, where it is there and this repository's. */
export interface Targets {
  /** Names. */
  readonly users: readonly string[];
  readonly roles: readonly string[];
  /** ARNs. */
  readonly policies: readonly string[];
  readonly oidcProviders: readonly string[];
  /** Virtual ones, with the users that they were made for. */
  readonly mfaDevices: readonly { readonly user: string; readonly serial: string }[];
}

/**
 * Plans the removal of everything that AWS would refuse to delete a thing for, and then of the thing. What is gone
 * already is done; what is not this repository's is left.
 *
 * @returns phases: users and roles before the policies that they have
 */
export async function planRemoval(targets: Targets, iam: Iam, place: Place): Promise<Change[][]> {
  const [users, roles] = await Promise.all([
    sideBySide(targets.users, (name) => planUserRemoval(name, iam, place)),
    sideBySide(targets.roles, (name) => planRoleRemoval(name, iam, place)),
  ]);
  const identities = [...users, ...roles];
  const leaving = new Set(identities.filter(({ action }) => action === 'delete').map(({ kind, name }) => kind + name));
  // A device that goes with its user is not gone twice.
  const removed = new Set<unknown>(
    users.flatMap(({ stages }) => stages.flat()).map(({ input }) => Reflect.get(input, 'SerialNumber') as unknown),
  );
  const left = usersLeft([users]);
  const [devices, policies, providers] = await Promise.all([
    sideBySide(targets.mfaDevices, async (device) =>
      left.has(device.user) ? leftWithUser(device.serial) : planMfaDevice(device, iam, place),
    ),
    sideBySide(targets.policies, (arn) => planPolicyRemoval(arn, leaving, iam, place)),
    sideBySide(targets.oidcProviders, (arn) => planOidcProvider(arn, iam, place)),
  ]);
  return [
    [...identities, ...devices.filter(({ name }) => !removed.has(name))],
    [...policies, ...providers],
  ];
}

async function planOidcProvider(OpenIDConnectProviderArn: string, iam: Iam, place: Place): Promise<Change> {
  const kind = 'OIDC provider';
  const name = OpenIDConnectProviderArn.slice(OpenIDConnectProviderArn.indexOf('/') + 1);
  const provider = await iam.find('GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
  if (!provider) return gone(kind, name);
  const stages = [[{ operation: 'DeleteOpenIDConnectProvider', input: { OpenIDConnectProviderArn } } as const]];
  return leftAlone(kind, name, tagsIn(provider.Tags), place) ?? { action: 'delete', kind, name, details: [], stages };
}

async function planMfaDevice({ user, serial }: Targets['mfaDevices'][number], iam: Iam, place: Place): Promise<Change> {
  const kind = 'MFA device';
  const { Tags } = (await iam.find('ListMFADeviceTags', { SerialNumber: serial })) ?? {};
  if (!Tags) return gone(kind, serial);
  const left = leftAlone(kind, serial, tagsIn(Tags), place);
  if (left) return left;
  return {
    action: 'delete',
    kind,
    name: serial,
    details: [],
    stages: [
      [{ operation: 'DeactivateMFADevice', input: { UserName: user, SerialNumber: serial } }],
      [{ operation: 'DeleteVirtualMFADevice', input: { SerialNumber: serial } }],
    ],
  };
}

/** Names of users that are not this repository's. */
export function usersLeft(phases: readonly (readonly Change[])[]): Set<string> {
  const left = phases.flat().filter(({ action, kind }) => action === 'leave' && kind === 'user');
  return new Set(left.map(({ name }) => name));
}

function leftWithUser(serial: string): Change {
  return { action: 'leave', kind: 'MFA device', name: serial, details: ['left as it is: so is its user'], stages: [] };
}
