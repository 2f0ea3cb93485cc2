import { randomBytes, randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { Clock } from '../clock';
import { Refusal } from '../http/refusal';
import type { Answer, IncomingRequest } from '../http/request';
import type { Route } from '../http/route';
import { defaultClaims, subjectOf, type Claims } from './claims';
import { githubRoute, json } from './route';

/** The issuer of GitHub's tokens. They name it wherever they are really made. */
export const githubIssuer = 'https://token.actions.githubusercontent.com';

export interface JobSettings {
  /** Instead of the claims of a push to main of octo/app. */
  readonly claims?: Partial<Claims>;
  /** `name` (the default), `immutable`, or the subject itself. */
  readonly subject?: string;
}

/** What `id-token: write` puts into the environment of a job's steps. */
export interface JobEnvironment {
  readonly ACTIONS_ID_TOKEN_REQUEST_URL: string;
  readonly ACTIONS_ID_TOKEN_REQUEST_TOKEN: string;
}

interface Job {
  readonly requestToken: string;
  readonly claims: Claims;
  readonly subject: string;
}

interface Keys {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly jwk: JWK;
}

const algorithm = 'RS256';
const tokenPath = '/_apis/actions/idtoken/';

/** Of all sandboxes of a process: they are one issuer's. To make them takes long, and few sandboxes have a job for them. */
let keys: Promise<Keys> | undefined;

function issuerKeys(): Promise<Keys> {
  return (keys ??= makeKeys());
}

async function makeKeys(): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm);
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: algorithm, use: 'sig' };
  return { privateKey, publicKey, jwk };
}

/** GitHub's OIDC: the endpoint where jobs get their tokens, and what verifies them. */
export class GithubOidc {
  /** How long tokens made from now on are valid. */
  tokenLifetimeSeconds = 300;
  readonly #jobs = new Map<string, Job>();

  /** @param baseUrl where the sandbox is reached, once it listens */
  constructor(
    private readonly clock: Clock,
    private readonly baseUrl: () => string,
  ) {}

  /** Verifies its tokens. */
  readonly publicKey = async (): Promise<CryptoKey> => (await issuerKeys()).publicKey;

  /** Registers a job that may ask for tokens. */
  environment({ claims = {}, subject = 'name' }: JobSettings = {}): JobEnvironment {
    // They are there when the job asks.
    void issuerKeys();
    const id = randomUUID();
    const requestToken = randomBytes(48).toString('base64url');
    const allClaims = { ...defaultClaims, ...claims };
    this.#jobs.set(id, { requestToken, claims: allClaims, subject: subjectOf(allClaims, subject) });
    return {
      ACTIONS_ID_TOKEN_REQUEST_URL: `${this.baseUrl()}${tokenPath}${id}?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: requestToken,
    };
  }

  /** Where a request goes that is for GitHub; undefined for others. */
  route(request: IncomingRequest): Route | undefined {
    const { path } = request;
    const params = Object.fromEntries(request.query);
    if (path.startsWith(tokenPath)) return githubRoute('id-token', params, () => this.#issueToken(request));
    if (path === '/.well-known/openid-configuration') {
      return githubRoute('openid-configuration', params, () => json(200, this.#configuration()));
    }
    if (path === '/.well-known/jwks') {
      return githubRoute('jwks', params, async () => json(200, { keys: [(await issuerKeys()).jwk] }));
    }
    return undefined;
  }

  #configuration(): object {
    return {
      issuer: githubIssuer,
      jwks_uri: `${this.baseUrl()}/.well-known/jwks`,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: [algorithm],
      scopes_supported: ['openid'],
    };
  }

  async #issueToken({ path, query, headers }: IncomingRequest): Promise<Answer> {
    const job = this.#jobs.get(path.slice(tokenPath.length));
    if (!job || headers.authorization !== `Bearer ${job.requestToken}`) {
      throw new Refusal(401, 'Unauthorized', 'The request token is not valid for this job.');
    }
    const { claims, subject } = job;
    const { jwk, privateKey } = await issuerKeys();
    const audience = query.get('audience') ?? `https://github.com/${claims.repository_owner}`;
    const now = Math.floor(this.clock.now().getTime() / 1000);
    const value = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: algorithm, typ: 'JWT', kid: jwk.kid ?? '' })
      .setIssuer(githubIssuer)
      .setSubject(subject)
      .setAudience(audience)
      .setIssuedAt(now)
      .setNotBefore(now - 600)
      .setExpirationTime(now + this.tokenLifetimeSeconds)
      .setJti(randomUUID())
      .sign(privateKey);
    return json(200, { count: value.length, value });
  }
}
