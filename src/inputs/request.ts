import type { RoleArn, RoleName } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import type { IdTokenEndpoint } from '../github/id-token';
import type { Declaration } from '../identities/declaration';
import type { RetryLimits } from '../network/retry';
import type { Seed } from '../mfa/seed';
import type { SessionPolicies } from '../sts/session-policies';
import type { SessionTag } from '../sts/session-tags';
import type { Expectation } from './expectations';

/** What the step was asked to do, checked and whole: the one form in which the rest of the code knows the inputs. */
export type Request = SessionRequest | AssumeRolesRequest | VerifyRequest | IdentitiesRequest;

/** Credentials obtained, and handed on. */
export type SessionRequest = AssumeRoleRequest | SessionTokenRequest | FederationTokenRequest | AccessKeysRequest;

/** Users, roles, policies and OIDC providers changed. */
export type IdentitiesRequest = ProvisionRequest | RotateRequest | DeprovisionRequest;

export type Mode = Request['mode'];

/** What every mode is told. */
export interface StepSettings {
  readonly connection: Connection;
  readonly retry: RetryLimits;
  readonly delivery: Delivery;
  readonly maskAccountId: boolean;
  /** Accounts whose credentials may be handed on. None means any. */
  readonly allowedAccounts: readonly string[];
  /** Seconds after which the step gives up, if it is to. */
  readonly timeLimit: number | undefined;
  /** Credentials already in the job are kept when they work. */
  readonly useExistingCredentials: boolean;
  /** Whether the profile renews its session for as long as the job runs. */
  readonly refreshCredentials: boolean;
  /** Credentials already in the job are taken away first. */
  readonly unsetCurrentCredentials: boolean;
}

/** Where the credentials go. */
export interface Delivery {
  /** What later steps find in their environment. */
  readonly environment: 'credentials and region' | 'region' | 'nothing';
  /** Whether the credentials become outputs of the step. */
  readonly outputs: boolean;
  readonly profile?: ProfileRequest;
}

export interface ProfileRequest extends ProfileSettings {
  readonly name: string;
  /** Whether later steps use the profile without naming it. */
  readonly export: boolean;
}

/** How profiles are written, and where. */
export interface ProfileSettings {
  /** Whether a profile of the same name may be replaced until the job ends. */
  readonly overwrite: boolean;
  /** The profile's `output` setting, if it is to have one. */
  readonly output: string | undefined;
  /** The AWS files of the home, or wherever the environment says they are; or files that are private to the job. */
  readonly location: 'home' | 'job';
}

/** Roles assumed one after the other, each with the session of the one before. */
export type Chain = readonly [RoleArn | RoleName, ...(RoleArn | RoleName)[]];

/** How roles are assumed: with a token that an identity provider gave; or with credentials that sign the requests. */
export type Assuming = StepSettings & {
  readonly mode: 'assume-role';
  readonly session: SessionSettings;
  readonly signed: SignedSessionSettings;
} & (
    | { readonly by: 'web identity'; readonly token: WebIdentity }
    | { readonly by: 'credentials'; readonly source: CredentialSource; readonly mfa: MfaRequest | undefined }
  );

/** One session, of a role or of the last of a chain. */
export type AssumeRoleRequest = Assuming & { readonly chain: Chain };

/** A session for each of several profiles. */
export type AssumeRolesRequest = Assuming & {
  readonly roles: readonly ProfileRole[];
  /** Whether those that worked are handed on when others did not. */
  readonly continueOnError: boolean;
  readonly profiles: ProfileSettings;
};

/** A role, or a chain that leads to one, whose session goes to a profile. */
export interface ProfileRole {
  readonly profile: string;
  readonly chain: Chain;
}

/** A session of the IAM user whose keys are given. */
export interface SessionTokenRequest extends StepSettings {
  readonly mode: 'session-token';
  readonly source: CredentialSource;
  /** Seconds; AWS's default when left out. */
  readonly duration: number | undefined;
  readonly mfa: MfaRequest | undefined;
}

/** A session under another name, limited by session policies. */
export interface FederationTokenRequest extends StepSettings {
  readonly mode: 'federation-token';
  readonly source: CredentialSource;
  readonly name: string;
  /** Seconds; AWS's default when left out. */
  readonly duration: number | undefined;
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
}

/** Who the credentials belong to, and what they may do: nothing is handed on. */
export interface VerifyRequest extends StepSettings {
  readonly mode: 'verify';
  readonly source: CredentialSource;
  /** The ARN that they must belong to; `*` and `?` stand for any text and any character. */
  readonly expectArn: string | undefined;
  /** What IAM should say to single actions. */
  readonly expectations: readonly Expectation[];
}

/** What the modes that change IAM are told. */
export interface IdentitiesSettings extends StepSettings {
  readonly source: CredentialSource;
  readonly declaration: Declaration;
  /** The repository that owns what is made: `owner/name`. */
  readonly repository: string;
  /** Whether the plan is shown, and nothing changed. */
  readonly dryRun: boolean;
  /** May write Actions secrets. A secret. */
  readonly githubToken: string | undefined;
  /** How profiles are written that keys are delivered to. */
  readonly profiles: ProfileSettings;
}

export interface ProvisionRequest extends IdentitiesSettings {
  readonly mode: 'provision';
  /** Whether the post step removes what this step made. */
  readonly ephemeral: boolean;
  /** Whether what this action did not make is taken over. */
  readonly adoptExisting: boolean;
}

export interface RotateRequest extends IdentitiesSettings {
  readonly mode: 'rotate';
  /** Whether keys are replaced that are not due yet. */
  readonly rotateNow: boolean;
  /** Whether old keys are deleted at once, rather than deactivated. */
  readonly deleteOldKeys: boolean;
}

export interface DeprovisionRequest extends IdentitiesSettings {
  readonly mode: 'deprovision';
}

export interface MfaRequest {
  /** The device's ARN or serial number; looked up when left out. */
  readonly serial: string | undefined;
  readonly code: { readonly from: 'input'; readonly code: string } | { readonly from: 'seed'; readonly seed: Seed };
}

export interface AccessKeysRequest extends StepSettings {
  readonly mode: 'access-keys';
  readonly source: CredentialSource;
}

export type WebIdentity =
  | { readonly from: 'github'; readonly endpoint: IdTokenEndpoint; readonly audience: string }
  | { readonly from: 'file'; readonly path: string; readonly token: string };

export type CredentialSource =
  | { readonly from: 'inputs'; readonly credentials: Credentials }
  /** The SDK's default chain: the environment, profiles, the container's or the machine's role. */
  | {
      readonly from: 'default chain';
      /** GitHub's token would have been used, had the job been allowed to ask for it. */
      readonly idTokenMissing: boolean;
    };

export interface SessionSettings {
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
  readonly policies: SessionPolicies;
  /** Ask anew until the keys hold letters and digits only. */
  readonly plainCharacters: boolean;
}

/** What only a signed AssumeRole can ask for. */
export interface SignedSessionSettings {
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}
