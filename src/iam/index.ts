/** All of IAM that needs the SDK: loaded in one piece, by those who call IAM, when they do. */
export { iamClient } from './client';
export { listMfaDevices } from './list-mfa-devices';
export { send } from './operations';
export { simulatePrincipalPolicy } from './simulate-principal-policy';
