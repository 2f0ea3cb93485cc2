import type { Account } from '../accounts/account';
import type { Identity } from '../accounts/identity';
import type { XmlFields } from '../query/xml';
import { noSuchEntity } from './errors';
import type { IdentityKind } from './identity-kind';
import type { Operations } from './operations';
import { required } from './request';

/** @throws AwsError NoSuchEntity for a boundary that is not there */
export function checkBoundary(account: Account, arn: string | undefined): void {
  if (arn !== undefined && !account.managedPolicies.has(arn)) {
    throw noSuchEntity(`Scope ARN: ${arn} does not exist or is not attachable.`);
  }
}

/** The boundary as answers carry it; undefined when there is none. */
export function boundaryFields({ permissionsBoundary }: Identity): XmlFields | undefined {
  return permissionsBoundary === undefined
    ? undefined
    : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: permissionsBoundary };
}

/** PutUserPermissionsBoundary and its opposite, or those of roles. */
export function boundaryOperations({ noun, find }: IdentityKind): Operations {
  return {
    [`Put${noun}PermissionsBoundary`]: (call) => {
      const { PermissionsBoundary } = required(call.params, 'PermissionsBoundary');
      const identity = find(call, { 'iam:PermissionsBoundary': PermissionsBoundary });
      checkBoundary(identity.account, PermissionsBoundary);
      identity.permissionsBoundary = PermissionsBoundary;
      return {};
    },
    [`Delete${noun}PermissionsBoundary`]: (call) => {
      find(call).permissionsBoundary = undefined;
      return {};
    },
  };
}
