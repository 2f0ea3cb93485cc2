import { createHash } from 'node:crypto';
import type { User } from '../accounts/account';
import type { SshPublicKey } from '../accounts/user-credentials';
import { Refusal } from '../http/refusal';
import { Constraints } from '../query/constraints';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { noSuchEntity, quotaExceeded } from './errors';
import { authorizedUser, namedUser } from './named-identity';
import { listing } from './page';
import { required } from './request';

const maxKeys = 5;

export const sshPublicKeys: SignedOperations = {
  UploadSSHPublicKey(call) {
    const { SSHPublicKeyBody: body } = required(call.params, 'UserName', 'SSHPublicKeyBody');
    const constraints = new Constraints();
    constraints.length('sSHPublicKeyBody', body, 1, 16_384);
    constraints.check();
    const user = namedUser(call);
    const [, blob] = /^ssh-rsa ([A-Za-z\d+/]+={0,2})(?:\s.*)?$/.exec(body) ?? [];
    if (blob === undefined) {
      throw new Refusal(400, 'InvalidPublicKey', 'The public key is invalid: it must be an ssh-rsa key.');
    }
    const there = [...user.sshPublicKeys.values()];
    if (there.some((key) => key.body === body)) {
      throw new Refusal(400, 'DuplicateSSHPublicKey', 'The SSH public key is already associated with the user.');
    }
    if (there.length >= maxKeys) throw quotaExceeded('SSHPublicKeysPerUser', maxKeys);
    const key = user.uploadSshPublicKey(body);
    return { SSHPublicKey: { ...keyFields(user, key), SSHPublicKeyBody: body, Fingerprint: fingerprint(blob) } };
  },

  ListSSHPublicKeys(call) {
    const user = authorizedUser(call);
    return listing('SSHPublicKeys', [...user.sshPublicKeys.values()], call.params, (key) => keyFields(user, key));
  },

  DeleteSSHPublicKey(call) {
    const { SSHPublicKeyId } = required(call.params, 'UserName', 'SSHPublicKeyId');
    if (!namedUser(call).sshPublicKeys.delete(SSHPublicKeyId)) {
      throw noSuchEntity(`The SSH Public Key with id ${SSHPublicKeyId} cannot be found.`);
    }
  },
};

/** MD5, as `ssh-keygen -E md5` shows it. */
function fingerprint(blob: string): string {
  const digest = createHash('md5').update(blob, 'base64').digest('hex');
  return digest.replace(/..(?!$)/g, '$&:');
}

function keyFields({ name }: User, { id, uploadedAt }: SshPublicKey): XmlFields {
  return { UserName: name, SSHPublicKeyId: id, Status: 'Active', UploadDate: isoSeconds(uploadedAt) };
}
