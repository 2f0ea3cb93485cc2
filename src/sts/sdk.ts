/** All of STS that needs the SDK, and what refusals mean: loaded in one piece, when STS is called. */
export { assumeRole } from './assume-role';
export { assumeRoleWithWebIdentity } from './assume-role-with-web-identity';
export { stsClient } from './client';
export { searchDefaultChain } from './default-chain';
export { explainSts } from './explain';
export { getCallerIdentity } from './get-caller-identity';
export { getFederationToken } from './get-federation-token';
export { getSessionToken } from './get-session-token';
export { rehearse } from './rehearse';
