import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Account, Role } from '../accounts/account';
import type { World } from '../accounts/world';
import type { PolicyDocument } from '../policy/document';

/** What a permission set gives in an account. */
export interface Assignment {
  readonly account: Account;
  readonly permissionSet: string;
  /** The role that IAM Identity Center made for it there. */
  readonly role: Role;
}

/** Who signs in, as the tests play it. */
export interface Person {
  readonly userName: string;
  /** What the person does with a page that asks to let a client in. */
  does: 'approve' | 'refuse' | 'nothing';
  /** How long the person takes for it, in milliseconds. */
  takesMs: number;
  readonly assignments: Assignment[];
}

/** A sign-in that was started and waits for a person. */
export interface PendingSignIn {
  readonly clientId: string;
  readonly deviceCode: string;
  readonly userCode: string;
  readonly startedAt: Date;
  readonly expiresAt: Date;
  /** Seconds; grows when the client asks too often. */
  interval: number;
  askedAt: Date | undefined;
}

interface SignedIn {
  readonly person: Person;
  readonly expiresAt: Date;
}

/** An instance of IAM Identity Center, with one person. */
export class IdentityCenter {
  startUrl = 'https://d-1234567890.awsapps.com/start';
  region = 'eu-west-1';
  /** Seconds between two requests for a token. */
  interval = 1;
  /** Seconds in which a sign-in can be approved. */
  codeLifetime = 600;
  /** Seconds for which an access token is good. */
  tokenLifetime = 28_800;
  /** Seconds for which the credentials of a permission set are good. */
  sessionDuration = 3600;
  readonly person: Person = { userName: 'mona@example.com', does: 'approve', takesMs: 0, assignments: [] };
  readonly clients = new Map<string, string>();
  /** By device code. */
  readonly pending = new Map<string, PendingSignIn>();
  /** By access token: whoever signed in and has not ended it. */
  readonly signedIn = new Map<string, SignedIn>();

  constructor(readonly world: World) {}

  /** Assigns a permission set to the person: in the account, that makes a role of IAM Identity Center's own. */
  assign(account: Account, permissionSet: string, policies: readonly PolicyDocument[] = []): Assignment {
    const role = account.createRole(`AWSReservedSSO_${permissionSet}_${idOf(permissionSet)}`, {
      path: `/aws-reserved/sso.amazonaws.com/${this.region}/`,
      policies,
      trust: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Federated: account.arn('iam', 'saml-provider/AWSSSO_DO_NOT_DELETE') },
            Action: ['sts:AssumeRoleWithSAML', 'sts:TagSession'],
          },
        ],
      },
    });
    const assignment = { account, permissionSet, role };
    this.person.assignments.push(assignment);
    return assignment;
  }

  /** Whether the person has done something about a sign-in by now, and what. */
  answerTo({ startedAt }: PendingSignIn): Person['does'] {
    const due = startedAt.getTime() + this.person.takesMs;
    return this.world.clock.now().getTime() >= due ? this.person.does : 'nothing';
  }

  start(clientId: string): PendingSignIn {
    const startedAt = this.world.clock.now();
    const letters = randomBytes(8).toString('hex').toUpperCase().slice(0, 8);
    const pending = {
      clientId,
      deviceCode: randomBytes(32).toString('base64url'),
      userCode: `${letters.slice(0, 4)}-${letters.slice(4)}`,
      startedAt,
      expiresAt: new Date(startedAt.getTime() + this.codeLifetime * 1000),
      interval: this.interval,
      askedAt: undefined,
    };
    this.pending.set(pending.deviceCode, pending);
    return pending;
  }

  signIn({ deviceCode }: PendingSignIn): string {
    this.pending.delete(deviceCode);
    const token = `aoaAAAAAG${randomBytes(48).toString('base64url')}`;
    const expiresAt = new Date(this.world.clock.now().getTime() + this.tokenLifetime * 1000);
    this.signedIn.set(token, { person: this.person, expiresAt });
    return token;
  }

  register(): { readonly clientId: string; readonly clientSecret: string } {
    const [clientId, clientSecret] = [randomUUID(), randomBytes(96).toString('base64url')];
    this.clients.set(clientId, clientSecret);
    return { clientId, clientSecret };
  }

  /** Who holds an access token that is still good. */
  holderOf(token: string): Person | undefined {
    const signedIn = this.signedIn.get(token);
    return signedIn && signedIn.expiresAt > this.world.clock.now() ? signedIn.person : undefined;
  }
}

/** The end of the role's name. Here it is known to tests; AWS makes one up. */
function idOf(permissionSet: string): string {
  return createHash('sha256').update(permissionSet).digest('hex').slice(0, 16);
}
