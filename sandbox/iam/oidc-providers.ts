import type { OidcProvider } from '../accounts/resources';
import type { ContextValues } from '../policy/context';
import { Constraints } from '../query/constraints';
import { validationError } from '../query/error';
import { stringList } from '../query/parameters';
import type { SignedCall, SignedOperations } from '../query/service';
import { isoSeconds } from '../query/xml';
import { authorize, authorizeCreation } from './authorize';
import { entityAlreadyExists, noSuchEntity, quotaExceeded } from './errors';
import { required, seen } from './request';
import { requestedTags, tagFields, tagOperations } from './tags';

const maxClientIds = 100;

export const oidcProviders: SignedOperations = {
  CreateOpenIDConnectProvider(call) {
    const { params, caller } = call;
    const { account } = caller;
    const { Url } = required(params, 'Url');
    const clientIds = stringList(params, 'ClientIDList');
    const thumbprints = stringList(params, 'ThumbprintList');
    const constraints = new Constraints();
    constraints.length('url', Url, 1, 255);
    constraints.size('thumbprintList', thumbprints, 5);
    for (const clientId of clientIds) constraints.length('clientIDList', clientId, 1, 255);
    for (const thumbprint of thumbprints) constraints.length('thumbprintList', thumbprint, 40, 40);
    constraints.check();
    if (!/^https:\/\/[^/?#]+[^?#]*$/.test(Url)) throw validationError('Invalid Open ID Connect Provider URL');
    const tags = requestedTags(params);
    const arn = account.arn('iam', `oidc-provider/${Url.replace('https://', '')}`);
    authorizeCreation(call, arn, { tags, tagAction: 'iam:TagOpenIDConnectProvider' });
    if (account.oidcProviders.has(Url)) throw entityAlreadyExists(`Provider with url ${Url} already exists.`);
    if (clientIds.length > maxClientIds) throw tooManyClientIds();
    const provider = account.createOidcProvider({ url: Url, clientIds, thumbprints, tags });
    return { OpenIDConnectProviderArn: provider.arn, Tags: tagFields(tags) };
  },

  GetOpenIDConnectProvider(call) {
    const { url, clientIds, thumbprints, createdAt, tags } = namedProvider(call);
    return {
      Url: url.replace('https://', ''),
      ClientIDList: { member: clientIds },
      ThumbprintList: { member: thumbprints },
      CreateDate: isoSeconds(createdAt),
      Tags: tagFields(tags),
    };
  },

  ListOpenIDConnectProviders(call) {
    const { account } = call.caller;
    authorize(call, { arn: account.arn('iam', 'oidc-provider/*') });
    const member = [...account.oidcProviders.values()].map(({ arn }) => ({ Arn: arn }));
    return { OpenIDConnectProviderList: { member } };
  },

  AddClientIDToOpenIDConnectProvider(call) {
    const { ClientID } = required(call.params, 'ClientID');
    const constraints = new Constraints();
    constraints.length('clientID', ClientID, 1, 255);
    constraints.check();
    const provider = namedProvider(call);
    const clientIds = new Set([...provider.clientIds, ClientID]);
    if (clientIds.size > maxClientIds) throw tooManyClientIds();
    provider.clientIds = [...clientIds];
  },

  RemoveClientIDFromOpenIDConnectProvider(call) {
    const { ClientID } = required(call.params, 'ClientID');
    const provider = namedProvider(call);
    provider.clientIds = provider.clientIds.filter((clientId) => clientId !== ClientID);
  },

  DeleteOpenIDConnectProvider(call) {
    const { url } = namedProvider(call);
    call.caller.account.oidcProviders.delete(url);
  },

  ...tagOperations('OpenIDConnectProvider', namedProvider),
};

/**
 * The provider that a request is about, once the caller is found to be allowed to do this to it.
 * @throws Refusal ValidationError, AccessDenied or NoSuchEntity
 */
function namedProvider(call: SignedCall, context?: ContextValues): OidcProvider {
  const { OpenIDConnectProviderArn: arn } = required(call.params, 'OpenIDConnectProviderArn');
  const constraints = new Constraints();
  constraints.length('openIDConnectProviderArn', arn, 20, 2048);
  constraints.check();
  const { oidcProviders: all } = call.caller.account;
  const provider = seen(
    [...all.values()].find((other) => other.arn === arn),
    call,
  );
  authorize(call, { arn, tags: provider?.tags }, context);
  if (!provider) throw noSuchEntity(`OpenIDConnect Provider not found for arn ${arn}`);
  return provider;
}

function tooManyClientIds() {
  return quotaExceeded('ClientIdsPerOpenIdConnectProvider', maxClientIds);
}
