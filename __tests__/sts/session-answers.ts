/** The credentials of an answer without one of their parts. */
export const BROKEN_CREDENTIALS: readonly [what: string, xml: string][] = [
  ['all of the credentials', ''],
  ...['AccessKeyId', 'SecretAccessKey', 'SessionToken'].flatMap((part): [string, string][] => [
    [part, credentials(part)],
    [`${part} on one line`, credentials().replace(`<${part}>`, `<${part}>&#10;::stop-commands::x&#10;`)],
  ]),
];

/** Answers of AssumeRole, with or without a web identity, that lack a part that they must have. */
export const BROKEN_ROLE_ANSWERS = brokenAnswers('AssumedRoleUser', 'assumed-role/deploy/run');

/** Answers of GetFederationToken that lack a part that they must have. */
export const BROKEN_FEDERATION_ANSWERS = brokenAnswers('FederatedUser', 'federated-user/nightly');

/** Credentials as they stand in an answer, without the named part. */
export function credentials(without?: string): string {
  const parts = {
    AccessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    SecretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    SessionToken: 'AQoDYXdzEJrEXAMPLETOKEN',
    Expiration: '2026-08-01T12:00:00Z',
  };
  const kept = Object.entries(parts).filter(([name]) => name !== without);
  return `<Credentials>${kept.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</Credentials>`;
}

/** The principal of an answer, in the element in which the operation names it. */
export function principal(element: string, resource: string, account = '123456789012'): string {
  return `<${element}><Arn>arn:aws:sts::${account}:${resource}</Arn></${element}>`;
}

function brokenAnswers(element: string, resource: string): [what: string, result: string, missing: string][] {
  const arn = 'ARN with an account';
  return [
    ...BROKEN_CREDENTIALS.map(([what, xml]): [string, string, string] => [
      what,
      xml + principal(element, resource),
      'credentials',
    ]),
    [element, credentials(), arn],
    ['the ARN', `${credentials()}<${element}></${element}>`, arn],
    ['the ARN without spaces', credentials() + principal(element, `${resource} x`), arn],
    ['the account in the ARN', credentials() + principal(element, resource, ''), arn],
  ];
}
