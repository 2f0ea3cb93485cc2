import type { AccessKey, User } from '../accounts/account';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize } from './authorize';
import { noSuchEntity, quotaExceeded } from './errors';
import type { Operations } from './operations';
import { listing } from './page';
import { readStatus, required } from './request';
import { authorizedUser } from './user-request';

const maxKeys = 2;

export const accessKeys: Operations = {
  CreateAccessKey(call) {
    const user = authorizedUser(call);
    if (user.accessKeys.length >= maxKeys) throw quotaExceeded('AccessKeysPerUser', maxKeys);
    const key = user.createAccessKey();
    return { AccessKey: { ...keyFields(key), SecretAccessKey: key.secretAccessKey } };
  },

  ListAccessKeys(call) {
    return listing('AccessKeyMetadata', authorizedUser(call).accessKeys, call.params, keyFields);
  },

  UpdateAccessKey(call) {
    const { AccessKeyId } = required(call.params, 'AccessKeyId', 'Status');
    const status = readStatus(call.params);
    keyOf(authorizedUser(call), AccessKeyId).status = status;
  },

  DeleteAccessKey(call) {
    const { AccessKeyId } = required(call.params, 'AccessKeyId');
    call.world.accessKeys.delete(keyOf(authorizedUser(call), AccessKeyId).accessKeyId);
  },

  GetAccessKeyLastUsed(call) {
    const { world, caller } = call;
    const { account } = caller.principal;
    const { AccessKeyId } = required(call.params, 'AccessKeyId');
    const found = world.accessKeys.get(AccessKeyId);
    const key = found?.user.account === account ? found : undefined;
    authorize(call, { arn: key?.user.arn ?? account.arn('iam', 'user/*'), label: `access key ${AccessKeyId}` });
    if (!key) throw unknownKey(AccessKeyId);
    const { user, lastUsed } = key;
    return {
      UserName: user.name,
      AccessKeyLastUsed: {
        LastUsedDate: lastUsed && isoSeconds(lastUsed.at),
        ServiceName: lastUsed?.service ?? 'N/A',
        Region: lastUsed?.region ?? 'N/A',
      },
    };
  },
};

function keyFields({ user, accessKeyId, status, createdAt }: AccessKey): XmlFields {
  return { UserName: user.name, AccessKeyId: accessKeyId, Status: status, CreateDate: isoSeconds(createdAt) };
}

/** @throws AwsError NoSuchEntity */
function keyOf(user: User, id: string): AccessKey {
  const key = user.accessKeys.find(({ accessKeyId }) => accessKeyId === id);
  if (!key) throw unknownKey(id);
  return key;
}

function unknownKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
