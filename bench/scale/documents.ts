import type { Sandbox } from '../../sandbox/sandbox';
import type { StepInput } from '../contenders';

export const ACCOUNT = '123456789012';

const POLICY = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }] };

/** An identity document with so many users and roles in all, half of each, which share ten policies at most. */
export function documentOf(count: number): object {
  const policies = Math.min(10, count);
  const many = (kind: string, size: number, of: (index: number) => object) =>
    Object.fromEntries(Array.from({ length: size }, (_, index) => [`${kind}-${index}`, of(index)]));
  const of = (index: number) => [`policy-${index % policies}`];
  return {
    policies: many('policy', policies, () => ({ document: POLICY })),
    users: many('user', Math.ceil(count / 2), (index) => ({ tags: { team: 'platform' }, policies: of(index) })),
    roles: many('role', Math.floor(count / 2), (index) => ({ trust: { user: `user-${index}` }, policies: of(index) })),
  };
}

/** Makes a user who may do everything, and returns the inputs with the key. */
export function createAdmin(sandbox: Sandbox): StepInput['with'] {
  const admin = sandbox.account(ACCOUNT).createUser('admin', {
    policies: [{ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }],
  });
  const { accessKeyId, secretAccessKey } = admin.createAccessKey();
  return {
    'aws-region': 'eu-central-1',
    'aws-access-key-id': accessKeyId,
    'aws-secret-access-key': secretAccessKey,
  };
}
