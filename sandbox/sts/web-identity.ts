import { compactVerify, decodeJwt, type CryptoKey, type JWTPayload } from 'jose';
import type { OidcProvider } from '../accounts/resources';
import type { World } from '../accounts/world';
import { Refusal } from '../http/refusal';

/** What a token that AWS has verified says. */
export interface WebIdentity {
  readonly provider: OidcProvider;
  readonly subject: string;
  readonly audience: string;
  readonly claims: JWTPayload;
}

/**
 * Verifies an OIDC token against the account's identity provider for its issuer.
 * @throws Refusal InvalidIdentityToken or ExpiredTokenException
 */
export async function verifyWebIdentity(token: string, accountId: string, world: World): Promise<WebIdentity> {
  const claims = decode(token);
  const { iss = '', sub: subject = '', aud, exp = 0 } = claims;
  const provider = world.accounts.get(accountId)?.oidcProviders.get(iss);
  if (!provider) throw invalid(`No OpenIDConnect provider found in your account for ${iss}`);
  const audience = [aud].flat().find((value) => value !== undefined && provider.clientIds.includes(value));
  if (audience === undefined) throw invalid('Incorrect token audience');
  await verify(token, await world.issuerKeys.get(iss)?.());
  const now = Math.floor(world.clock.now().getTime() / 1000);
  if (now >= exp) {
    throw new Refusal(
      400,
      'ExpiredTokenException',
      `Token expired: current date/time ${now} must be before the expiration date/time ${exp}`,
    );
  }
  return { provider, subject, audience, claims };
}

function decode(token: string): JWTPayload {
  try {
    return decodeJwt(token);
  } catch {
    throw invalid('The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)');
  }
}

async function verify(token: string, key: CryptoKey | undefined): Promise<void> {
  if (!key) {
    throw invalid(
      // Two spaces: AWS's own words.
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity " +
        'documentation for requirements',
    );
  }
  try {
    await compactVerify(token, key);
  } catch {
    throw invalid('The web identity token that was passed could not be validated by AWS.');
  }
}

function invalid(message: string): Refusal {
  return new Refusal(400, 'InvalidIdentityToken', message);
}
