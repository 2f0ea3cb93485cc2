import type { X509Certificate } from 'node:crypto';
import { roleInAccountOf, type RoleArn, type RoleName } from '../aws/arn';
import { ActionError } from '../errors/action-error';
import type { CertificateProof, StepSettings } from '../inputs/request';
import { holderOf } from '../roles-anywhere/certificate';
import { connectRolesAnywhere } from '../roles-anywhere/connect';
import { maskAccountsIn } from '../runner/masks';
import { callSettings, type Step } from '../runner/step';
import type { StsSession } from '../sts/answer';
import { atMinute } from '../text/time-words';
import type { RoleAssumer } from './identity-source';
import { withPlainCharacters } from './plain-characters';

/** How long before its end a certificate is warned of, in milliseconds: 30 days. */
const WARNED_MS = 30 * 24 * 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/** By how much a session may be shorter than was asked for without a word, in milliseconds: AWS counts in seconds. */
const SHORTER_MS = 60_000;

/**
 * Assumes roles with a certificate, by IAM Roles Anywhere.
 *
 * @throws ActionError `certificate-not-valid` when it has ended, or is not valid yet
 */
export async function certificate(source: CertificateProof, settings: StepSettings, step: Step): Promise<RoleAssumer> {
  const { trustAnchorArn, profileArn, account, region } = source;
  const { leaf, chain } = source.certificate;
  const { runner, clock } = step;
  if (settings.maskAccountId) maskAccountsIn(profileArn, step);
  for (const each of [leaf, ...chain]) requireCurrent(each, step);
  const rolesAnywhere = await connectRolesAnywhere(region, settings.connection, callSettings(settings, step));
  const name = `the certificate ${holderOf(leaf)}`;

  /** A profile has roles of its own account only. */
  function whole(role: RoleArn | RoleName): RoleArn {
    const found = 'arn' in role ? role : roleInAccountOf({ arn: profileArn, account }, role);
    if (!found) throw new Error(`${profileArn} names no account.`);
    return found;
  }

  function warnIfShort({ credentials: { expiration, clockAhead = 0 } }: StsSession, duration: number): void {
    if (!expiration) return;
    const lasts = expiration.getTime() - (clock.time() - clockAhead);
    if (lasts >= duration * 1000 - SHORTER_MS) return;
    runner.warning(
      `The session lasts ${Math.round(lasts / 1000)} s, and role-duration-seconds asks for ${duration}: the session duration ` +
        `of ${profileArn} limits it. Raise that in IAM Roles Anywhere, or set role-duration-seconds to as much.`,
    );
  }

  return {
    async assume({ role: wanted, session, isLast, inChain }) {
      const role = whole(wanted);
      const tried = `assume ${role.arn}${inChain} with ${name}`;
      runner.info(`Assuming ${role.arn}${inChain} with ${name}.`);
      const asked = {
        certificate: source.certificate,
        trustAnchorArn,
        profileArn,
        roleArn: role.arn,
        duration: session.duration,
        sessionName: isLast ? source.sessionName : undefined,
      };
      const obtained = await withPlainCharacters(session, runner.warning, () =>
        rolesAnywhere.createSession(asked, tried),
      );
      warnIfShort(obtained, session.duration);
      return { role, session: obtained };
    },
  };
}

/** Warns of what ends soon. */
function requireCurrent(certificate: X509Certificate, { clock, runner }: Step): void {
  const now = clock.time();
  const [from, to] = [new Date(certificate.validFrom), new Date(certificate.validTo)];
  const name = holderOf(certificate);
  if (now < from.getTime() || now >= to.getTime()) {
    const when =
      now < from.getTime()
        ? `is valid from ${atMinute(from.getTime())} on`
        : `was valid until ${atMinute(to.getTime())}`;
    throw new ActionError({
      code: 'certificate-not-valid',
      tried: `use the certificate ${name}. Nothing was sent to AWS`,
      why: `It ${when}, and by this machine's clock it is ${atMinute(now)}.`,
      fix: "Have it issued again, and put it and its key into the secrets. Or set the runner's clock, if that is off.",
    });
  }
  const left = to.getTime() - now;
  if (left >= WARNED_MS) return;
  const days = Math.floor(left / DAY_MS);
  runner.warning(
    `The certificate ${name} is valid until ${atMinute(to.getTime())}: ${days === 0 ? 'less than a day' : `${days} ${days === 1 ? 'day' : 'days'}`} ` +
      'more. Have it issued again, and put it and its key into the secrets, before steps that use it fail.',
  );
}
