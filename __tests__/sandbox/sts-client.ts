import { STSClient, type Credentials, type STSClientConfig } from '@aws-sdk/client-sts';
import type { PolicyDocument } from '../../sandbox/policy/document';

interface LongTermKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A user's key, or what STS handed out. */
export type Keys = LongTermKeys | Credentials;

/** A client that tries once. */
export function stsClient(url: string, keys?: Keys, config: STSClientConfig = {}): STSClient {
  return new STSClient({
    endpoint: url,
    region: 'us-east-1',
    maxAttempts: 1,
    ...(keys && { credentials: identityOf(keys) }),
    ...config,
  });
}

/** Keys as the SDK wants them. */
export function identityOf(keys: Keys) {
  if ('accessKeyId' in keys) return keys;
  const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '' } = keys;
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** The credentials of an answer that has them. */
export async function credentialsOf(call: Promise<{ readonly Credentials?: Credentials | undefined }>) {
  const { Credentials } = await call;
  if (!Credentials) throw new Error('no credentials');
  return Credentials;
}

export interface Refusal {
  readonly status: number | undefined;
  readonly code: string;
  readonly message: string;
}

/** How AWS refused: HTTP status, error code and message. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (error) {
    const { name, message, Code, $metadata } = error as Error & {
      Code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    return { status: $metadata?.httpStatusCode, code: Code ?? name, message };
  }
  throw new Error('the call succeeded');
}

export function allow(action: string | readonly string[], resource = '*'): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: action, Resource: resource } };
}

export function deny(action: string | readonly string[], resource = '*'): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Deny', Action: action, Resource: resource } };
}

/** A trust policy that lets these principals assume the role, and under which conditions. */
export function trust(
  AWS: string | readonly string[],
  Condition: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>> = {},
  Action: string | readonly string[] = 'sts:AssumeRole',
): PolicyDocument {
  return { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: { AWS }, Action, Condition } };
}
