import { noSuchEntity } from './errors';
import type { Operations } from './operations';
import { listing } from './page';
import { authorizedUser, namedUser } from './user-request';

/** What a clean-up asks for before it deletes a user, and the sandbox's users never have. */
export const absent: Operations = {
  ListGroupsForUser(call) {
    namedUser(call);
    return listing('Groups', [], call.params, () => ({}));
  },

  ListSigningCertificates(call) {
    authorizedUser(call);
    return listing('Certificates', [], call.params, () => ({}));
  },

  ListSSHPublicKeys(call) {
    authorizedUser(call);
    return listing('SSHPublicKeys', [], call.params, () => ({}));
  },

  ListServiceSpecificCredentials(call) {
    authorizedUser(call);
    return listing('ServiceSpecificCredentials', [], call.params, () => ({}));
  },

  GetLoginProfile(call) {
    const { name } = authorizedUser(call);
    throw noSuchEntity(`Login Profile for User ${name} cannot be found.`);
  },
};
