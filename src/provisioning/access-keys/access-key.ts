import type { Write } from '../../iam/connect';
import type { AccountAccess } from '../changes/account-access';

/** An access key, as AWS lists it. */
export interface ExistingKey {
  readonly id: string;
  readonly active: boolean;
  readonly created: Date;
}

/** The oldest first. */
export async function readAccessKeys(
  user: string,
  { iam, deletedKeys }: Pick<AccountAccess, 'iam' | 'deletedKeys'>,
): Promise<ExistingKey[]> {
  const keys = await iam.list('ListAccessKeys', { UserName: user }, ({ AccessKeyMetadata }) => AccessKeyMetadata);
  return keys
    .map(({ AccessKeyId = '', Status, CreateDate = new Date(0) }) => ({
      id: AccessKeyId,
      active: Status === 'Active',
      created: CreateDate,
    }))
    .filter(({ id }) => !deletedKeys.has(id))
    .sort((one, other) => one.created.getTime() - other.created.getTime());
}

export function deleteKey(UserName: string, AccessKeyId: string): Write {
  return { operation: 'DeleteAccessKey', input: { UserName, AccessKeyId } };
}

export function deactivateKey(UserName: string, AccessKeyId: string): Write {
  return { operation: 'UpdateAccessKey', input: { UserName, AccessKeyId, Status: 'Inactive' } };
}
