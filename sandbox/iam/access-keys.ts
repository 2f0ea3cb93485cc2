import type { KeyStatus } from '../accounts/access-key';
import type { AccessKey, User } from '../accounts/account';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { authorize } from './authorize';
import { noSuchEntity, quotaExceeded } from './errors';
import { authorizedUser } from './named-identity';
import { listing } from './page';
import { readStatus, required } from './request';

const maxKeys = 2;

export const accessKeys: SignedOperations = {
  CreateAccessKey(call) {
    const user = authorizedUser(call);
    if (user.accessKeys.length >= maxKeys) throw quotaExceeded('AccessKeysPerUser', maxKeys);
    const key = user.createAccessKey();
    return { AccessKey: { ...keyFields(user, key, key.status), SecretAccessKey: key.secretAccessKey } };
  },

  ListAccessKeys(call) {
    const user = authorizedUser(call);
    const time = call.world.settings.readAt();
    return listing('AccessKeyMetadata', user.accessKeysAt(time), call.params, (key) =>
      keyFields(user, key, key.statusAt(time)),
    );
  },

  UpdateAccessKey(call) {
    const { AccessKeyId } = required(call.params, 'AccessKeyId', 'Status');
    const status = readStatus(call.params);
    keyOf(authorizedUser(call), AccessKeyId).status = status;
  },

  DeleteAccessKey(call) {
    const { AccessKeyId } = required(call.params, 'AccessKeyId');
    const user = authorizedUser(call);
    user.deleteAccessKey(keyOf(user, AccessKeyId).accessKeyId);
  },

  GetAccessKeyLastUsed(call) {
    const { world, caller } = call;
    const { account } = caller;
    const { AccessKeyId } = required(call.params, 'AccessKeyId');
    const anywhere = world.accessKey(AccessKeyId);
    const found = anywhere?.account === account ? anywhere : undefined;
    authorize(call, { arn: found?.user.arn ?? account.arn('iam', 'user/*'), label: `access key ${AccessKeyId}` });
    if (!found) throw unknownKey(AccessKeyId);
    const { lastUsed } = found.key;
    return {
      UserName: found.user.name,
      AccessKeyLastUsed: {
        LastUsedDate: lastUsed && isoSeconds(lastUsed.at),
        ServiceName: lastUsed?.service ?? 'N/A',
        Region: lastUsed?.region ?? 'N/A',
      },
    };
  },
};

function keyFields({ name }: User, { accessKeyId, createdAt }: AccessKey, status: KeyStatus): XmlFields {
  return { UserName: name, AccessKeyId: accessKeyId, Status: status, CreateDate: isoSeconds(createdAt) };
}

/** @throws Refusal NoSuchEntity */
function keyOf(user: User, id: string): AccessKey {
  const key = user.accessKeys.find(({ accessKeyId }) => accessKeyId === id);
  if (!key) throw unknownKey(id);
  return key;
}

function unknownKey(id: string) {
  return noSuchEntity(`The Access Key with id ${id} cannot be found.`);
}
