import type { Role, User } from '../accounts/account';
import type { Entity } from '../accounts/identity';
import type { SignedCall, SignedOperations } from '../query/service';
import type { XmlFields } from '../query/xml';
import { noSuchEntity } from './errors';
import type { IdentityKind } from './named-identity';
import { required, seen } from './request';

/** @throws Refusal NoSuchEntity for a boundary that is not there */
export function checkBoundary(call: SignedCall, arn: string | undefined): void {
  const { managedPolicies } = call.caller.account;
  if (arn !== undefined && !seen(managedPolicies.get(arn), call)) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}

/** The boundary as answers carry it; undefined when there is none. */
export function boundaryFields({ permissionsBoundary }: Entity): XmlFields | undefined {
  return permissionsBoundary === undefined
    ? undefined
    : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: permissionsBoundary };
}

/** PutUserPermissionsBoundary and its opposite, or those of roles. */
export function boundaryOperations({ noun, find }: IdentityKind<User | Role>): SignedOperations {
  return {
    [`Put${noun}PermissionsBoundary`]: (call) => {
      const { PermissionsBoundary } = required(call.params, 'PermissionsBoundary');
      const entity = find(call, { 'iam:PermissionsBoundary': PermissionsBoundary });
      checkBoundary(call, PermissionsBoundary);
      entity.permissionsBoundary = PermissionsBoundary;
    },
    [`Delete${noun}PermissionsBoundary`]: (call) => {
      find(call).permissionsBoundary = undefined;
    },
  };
}
