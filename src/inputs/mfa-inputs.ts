import { parseSeed } from '../mfa/seed';
import type { InputName } from './input-names';
import type { Inputs } from './inputs';
import type { MfaRequest } from './request';

export const MFA_INPUTS = ['mfa-serial', 'mfa-code', 'mfa-secret'] as const satisfies InputName[];

const SERIAL = /^[\w+=/:,.@-]{9,256}$/;

/** How MFA is to be proved, or undefined when no `mfa-*` input is given. */
export function readMfa(inputs: Inputs): MfaRequest | undefined {
  if (MFA_INPUTS.every((name) => !inputs.has(name))) return undefined;
  const serial = inputs.matching(
    'mfa-serial',
    SERIAL,
    'an ARN like arn:aws:iam::123456789012:mfa/name, or a serial number',
  );
  // Apps show it in two groups.
  const code = inputs.text('mfa-code')?.replace(/\s/g, '');
  const secret = inputs.text('mfa-secret');
  if ((code === undefined) === (secret === undefined)) {
    const wrong =
      code === undefined
        ? 'is missing, and so is mfa-code: one of them is needed together with mfa-serial. If it comes from a secret: it is not set or not open to this workflow'
        : 'is given together with mfa-code; it should be one of them';
    inputs.wrong('mfa-secret', wrong);
  }
  // A secret's value is not shown, nor is a code, which may still be good.
  if (code !== undefined && !/^\d{6}$/.test(code)) inputs.wrong('mfa-code', 'is not a code of 6 digits');
  if (secret === undefined) return { serial, code: { from: 'input', code: code ?? '' } };
  const seed = parseSeed(secret);
  if (!('wrong' in seed)) return { serial, code: { from: 'seed', seed } };
  inputs.wrong('mfa-secret', seed.wrong);
  return undefined;
}
