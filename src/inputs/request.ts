import type { RoleArn, RoleName } from '../aws/arn';
import type { Connection } from '../aws/connection';
import type { Credentials } from '../aws/credentials';
import type { IdTokenEndpoint } from '../github/id-token';
import type { Declaration } from '../identities/declaration';
import type { Seed } from '../mfa/seed';
import type { RetryLimits } from '../network/retry';
import type { ClientCertificate } from '../roles-anywhere/certificate';
import type { SessionPolicies } from '../sts/session-parameters';
import type { SessionTag } from '../sts/session-tags';
import type { Expectation } from './expectations';
import type { InputName } from './input-names';

/** What the step was asked to do, checked and whole: the one form in which the rest of the code knows the inputs. */
export type Request = SessionRequest | ManyRolesRequest | VerifyRequest | IdentitiesRequest;

/** One session, delivered to later steps. */
export type SessionRequest = AssumeRoleRequest | SessionTokenRequest | FederationTokenRequest | AccessKeysRequest;

/** Users, roles, policies and OIDC providers changed. */
export type IdentitiesRequest = ProvisionRequest | RotateRequest | DeprovisionRequest;

export type Mode = Request['mode'];

/** What every mode is given. */
export interface StepSettings {
  readonly connection: Connection;
  readonly retry: RetryLimits;
  readonly maskAccountId: boolean;
  /** Accounts whose credentials may be used. None means any. */
  readonly allowedAccounts: readonly string[];
  /** The ARN that whom the step works as must have, if it is to be one; `*` and `?` stand for any text and any character. */
  readonly expectArn: string | undefined;
  /** Seconds after which the step gives up, if it is to. */
  readonly timeLimit: number | undefined;
  /** Credentials already in the job are taken away first. */
  readonly unsetCurrentCredentials: boolean;
}

/* Whom a step works as. */

/** A source that has credentials of its own; or the last of the roles that are assumed from a source. */
export type StepIdentity = SourceCredentials | RoleIdentity;

/** The credentials of a source as they are. */
export interface SourceCredentials {
  readonly source: SigningSource;
  readonly chain: undefined;
}

/** The session of a role. */
export type RoleIdentity = RoleSource & { readonly chain: Chain };

/** From what roles are assumed, and how. A user's access keys prove MFA, so only what signs requests can. */
export type RoleSource = (
  | { readonly source: SigningSource; readonly mfa: MfaRequest | undefined }
  | { readonly source: Proof; readonly mfa: undefined }
) & { readonly session: SessionSettings; readonly signed: SignedSessionSettings };

/** Roles assumed one after the other, each with the session of the one before. */
export type Chain = readonly [RoleArn | RoleName, ...(RoleArn | RoleName)[]];

/** Credentials, which sign requests. */
export type SigningSource = GivenKeys | DefaultChain | SignIn;

/** What proves who the job is and is no credentials: with it, a first role is assumed. */
export type Proof = IdentityProviderToken | CertificateProof;

/** A token of an identity provider. */
export type IdentityProviderToken = GithubToken | TokenFile;

export interface GivenKeys {
  readonly from: 'given keys';
  readonly credentials: Credentials;
}

/** The SDK's default chain: the environment, profiles, the container's or the machine's role. */
export interface DefaultChain {
  readonly from: 'default chain';
  /** Why no role is assumed with GitHub's token instead. */
  readonly tokenRuledOutBy: TokenRuledOutBy;
  /** Inputs that rule it out, also where something else does. */
  readonly inputsAgainstToken: readonly InputName[];
  /** Whether sessions are obtained from it again later. */
  readonly mustLast: boolean;
}

/** A person signs in at IAM Identity Center while the step waits. */
export interface SignIn {
  readonly from: 'sign-in';
  /** The portal of AWS access. */
  readonly startUrl: string;
  /** Where IAM Identity Center is. */
  readonly region: string;
  /** Where these are not given, the only ones that the person has are taken. */
  readonly accountId: string | undefined;
  readonly roleName: string | undefined;
  /** Whether sessions are obtained from it again later. */
  readonly mustLast: boolean;
}

/**
 * The job lacks the permission to ask for the token; no role is named, not even for a token file that is given; the mode
 * needs the keys of a user; or inputs that are given.
 */
export type TokenRuledOutBy = 'permission' | 'no role' | 'no role for the token file' | 'user keys' | 'inputs';

export interface GithubToken {
  readonly from: 'github token';
  readonly endpoint: IdTokenEndpoint;
  /** Tried in this order, where AWS does not accept the first: one, if the input says which. */
  readonly audiences: readonly [string, ...string[]];
}

export interface TokenFile {
  readonly from: 'token file';
  readonly path: string;
  readonly token: string;
}

/** A certificate, with which IAM Roles Anywhere lets a role be assumed. */
export interface CertificateProof {
  readonly from: 'certificate';
  readonly certificate: ClientCertificate;
  readonly trustAnchorArn: string;
  readonly profileArn: string;
  /** The account and the region of both. */
  readonly account: string;
  readonly region: string;
  /** That of the last session, where one is given: not every profile lets it be chosen. */
  readonly sessionName: string | undefined;
}

export interface MfaRequest {
  /** The device's ARN or serial number; looked up where there is none. */
  readonly serial: string | undefined;
  readonly code: { readonly from: 'input'; readonly code: string } | { readonly from: 'seed'; readonly seed: Seed };
}

/** What the session of a role is to be like. */
export interface SessionSettings {
  readonly sessionName: string;
  /** Seconds. */
  readonly duration: number;
  readonly policies: SessionPolicies;
  /** Ask again until the keys hold letters and digits only. */
  readonly plainCharacters: boolean;
}

/** What only a signed AssumeRole can ask for. */
export interface SignedSessionSettings {
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: readonly SessionTag[];
  readonly transitiveTagKeys: readonly string[];
}

/* Sessions for later steps. */

interface DeliveredSession extends StepSettings {
  readonly delivery: SessionDestinations;
  /** Credentials already in the job are kept when they work. */
  readonly useExistingCredentials: boolean;
}

/** Where the credentials of a session go. */
export interface SessionDestinations {
  /** What later steps find in their environment. */
  readonly environment: 'credentials and region' | 'region' | 'nothing';
  /** Whether the credentials become outputs of the step. */
  readonly outputs: boolean;
  readonly profile: ProfileRequest | undefined;
}

export interface ProfileRequest extends SessionProfileSettings {
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

/** How profiles of sessions are written. */
export interface SessionProfileSettings extends ProfileSettings {
  /** Whether each renews its session for as long as the job runs. */
  readonly refresh: boolean;
}

/** The session of a role, or of the last of a chain. */
export interface AssumeRoleRequest extends DeliveredSession {
  readonly mode: 'assume-role';
  /** Without a chain, the role of a person who signs in. */
  readonly identity: StepIdentity;
}

/** A session for each of several profiles, all from one source. */
export interface ManyRolesRequest extends StepSettings {
  readonly mode: 'assume-role';
  readonly identity: RoleSource;
  readonly profileRoles: readonly ProfileRole[];
  /** Whether those that worked are delivered when others did not. */
  readonly continueOnError: boolean;
  readonly profiles: SessionProfileSettings;
}

/** A role, or a chain that leads to one, whose session goes to a profile. */
export interface ProfileRole {
  readonly profile: string;
  readonly chain: Chain;
}

/** A session of the IAM user whose keys are given. */
export interface SessionTokenRequest extends DeliveredSession {
  readonly mode: 'session-token';
  readonly identity: SourceCredentials;
  /** Seconds; where there is none, AWS's default. */
  readonly duration: number | undefined;
  readonly mfa: MfaRequest | undefined;
}

/** A session under another name, limited by session policies. */
export interface FederationTokenRequest extends DeliveredSession {
  readonly mode: 'federation-token';
  readonly identity: SourceCredentials;
  readonly name: string;
  /** Seconds; where there is none, AWS's default. */
  readonly duration: number | undefined;
  readonly policies: SessionPolicies;
  readonly tags: readonly SessionTag[];
}

/** Credentials as they are, verified. */
export interface AccessKeysRequest extends DeliveredSession {
  readonly mode: 'access-keys';
  readonly identity: SourceCredentials;
  /** Credentials are only taken away from later steps. */
  readonly isLogOut: boolean;
}

/* Nothing for later steps, or what a document says. */

/** Who the credentials belong to, and what they may do: none are delivered. */
export interface VerifyRequest extends StepSettings {
  readonly mode: 'verify';
  readonly identity: StepIdentity;
  /** What IAM should say to single actions. */
  readonly expectations: readonly Expectation[];
}

/** What the modes that change IAM are given. */
export interface IdentitiesSettings extends StepSettings {
  readonly identity: StepIdentity;
  readonly declaration: Declaration;
  /** The repository that owns what is made: `owner/name`. */
  readonly repository: string;
  /** Whether the plan is shown, and nothing changed. */
  readonly dryRun: boolean;
  /** Where the plan is shown as a comment, if it is to be. */
  readonly planComment: PlanComment | undefined;
  /** May write secrets of GitHub. A secret. */
  readonly githubToken: string | undefined;
  /** May write variables of HCP Terraform. A secret. */
  readonly terraformToken: string | undefined;
  /** How profiles are written that keys are delivered to. */
  readonly profiles: ProfileSettings;
}

/** The pull request on which the plan is commented, or why it cannot be: what follows "as". */
export type PlanComment = CommentPlace | { readonly impossible: string };

export interface CommentPlace {
  readonly pullRequest: number;
  /** May write the comment. A secret. */
  readonly token: string;
  /** The path of the document, if it has one. */
  readonly document: string | undefined;
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

/** Whether it is no credentials, which sign requests, but what a first role is assumed with. */
export function isProof(source: SigningSource | Proof): source is Proof {
  return source.from !== 'given keys' && source.from !== 'default chain' && source.from !== 'sign-in';
}

/** Whether several roles are to be assumed, each for a profile. */
export function isManyRoles(request: Request): request is ManyRolesRequest {
  return 'profileRoles' in request;
}

/** The profiles that a request names. */
export interface ProfilesIn extends SessionProfileSettings {
  readonly names: readonly string[];
}

export function profilesIn(request: Request): ProfilesIn | undefined {
  if (isManyRoles(request)) {
    return { ...request.profiles, names: request.profileRoles.map(({ profile }) => profile) };
  }
  const profile = 'delivery' in request ? request.delivery.profile : undefined;
  return profile && { ...profile, names: [profile.name] };
}

/** The roles that a request names. */
export function rolesIn(request: Request): (RoleArn | RoleName)[] {
  if (isManyRoles(request)) return request.profileRoles.flatMap(({ chain }) => chain);
  return [...(request.identity.chain ?? [])];
}
