import type { User } from '../accounts/account';
import { newSecretAccessKey } from '../accounts/keys';
import type { ServiceSpecificCredential } from '../accounts/user-credentials';
import { Refusal } from '../http/refusal';
import type { SignedOperations } from '../query/service';
import { isoSeconds, type XmlFields } from '../query/xml';
import { noSuchEntity, quotaExceeded } from './errors';
import { authorizedUser, namedUser } from './named-identity';
import { listing } from './page';
import { required } from './request';

const services = ['bedrock.amazonaws.com', 'cassandra.amazonaws.com', 'codecommit.amazonaws.com'];
/** For each service. */
const maxCredentials = 2;

export const serviceSpecificCredentials: SignedOperations = {
  CreateServiceSpecificCredential(call) {
    const { ServiceName } = required(call.params, 'UserName', 'ServiceName');
    const user = namedUser(call);
    if (!services.includes(ServiceName)) {
      throw new Refusal(
        404,
        'NotSupportedService',
        `The service ${ServiceName} does not support service-specific credentials.`,
      );
    }
    if (credentialsOf(user, ServiceName).length >= maxCredentials) {
      throw quotaExceeded('ServiceSpecificCredentialsPerUser', maxCredentials);
    }
    const fields = credentialFields(user, user.createServiceSpecificCredential(ServiceName));
    const ServicePassword = newSecretAccessKey(call.world.settings.secretAlphabet);
    return { ServiceSpecificCredential: { ...fields, ServicePassword } };
  },

  ListServiceSpecificCredentials(call) {
    const user = authorizedUser(call);
    const credentials = credentialsOf(user, call.params.ServiceName);
    return listing('ServiceSpecificCredentials', credentials, call.params, (credential) =>
      credentialFields(user, credential),
    );
  },

  DeleteServiceSpecificCredential(call) {
    const { ServiceSpecificCredentialId: id } = required(call.params, 'ServiceSpecificCredentialId');
    if (!authorizedUser(call).serviceSpecificCredentials.delete(id)) {
      throw noSuchEntity(`No such credential ${id} exists.`);
    }
  },
};

/** A user's credentials for one service, or for all. */
function credentialsOf(user: User, service: string | undefined): ServiceSpecificCredential[] {
  return [...user.serviceSpecificCredentials.values()].filter(
    ({ serviceName }) => service === undefined || serviceName === service,
  );
}

function credentialFields({ name }: User, credential: ServiceSpecificCredential): XmlFields {
  return {
    UserName: name,
    ServiceName: credential.serviceName,
    ServiceUserName: credential.serviceUserName,
    ServiceSpecificCredentialId: credential.id,
    Status: 'Active',
    CreateDate: isoSeconds(credential.createdAt),
  };
}
