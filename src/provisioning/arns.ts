import type { DeclaredPolicy, PolicyReference } from '../identities/declaration';
import type { Place } from './plan';

type Named = Pick<DeclaredPolicy, 'name' | 'path'>;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns */
function arn({ partition, account }: Place, resource: string): string {
  return `arn:${partition}:iam::${account}:${resource}`;
}

export function policyArn({ name, path }: Named, place: Place): string {
  return arn(place, `policy${path}${name}`);
}

export function userArn({ name, path }: Named, place: Place): string {
  return arn(place, `user${path}${name}`);
}

export function roleArn({ name, path }: Named, place: Place): string {
  return arn(place, `role${path}${name}`);
}

export function mfaDeviceArn({ name, path }: Named, place: Place): string {
  return arn(place, `mfa${path}${name}`);
}

/** @param url the issuer, with `https://` */
export function oidcProviderArn(url: string, place: Place): string {
  return arn(place, `oidc-provider/${url.replace(/^https:\/\//, '')}`);
}

/** The ARN of a policy that is referred to, which may be one of the same document. */
export function referredArn(reference: PolicyReference, policies: readonly DeclaredPolicy[], place: Place): string {
  if ('arn' in reference) return reference.arn;
  const declared = policies.find(({ name }) => name === reference.declared);
  return policyArn(declared ?? { name: reference.declared, path: '/' }, place);
}
