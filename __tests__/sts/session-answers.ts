/** The credentials of an answer without one of their parts. */
export const BROKEN_CREDENTIALS: readonly [what: string, xml: string][] = [
  ['all of the credentials', ''],
  ...['AccessKeyId', 'SecretAccessKey', 'SessionToken'].flatMap((part): [string, string][] => [
    [part, credentials(part)],
    [`${part} on one line`, credentials().replace(`<${part}>`, `<${part}>&#10;::stop-commands::x&#10;`)],
  ]),
];

/** Answers of an operation that do not say, or not in full, whose the session is. */
export function namelessAnswers(element: string, resource: string): [what: string, result: string, identity: object][] {
  const arn = `arn:aws:sts:::${resource}`;
  return [
    [`no ${element}`, credentials(), NOBODY],
    ['no ARN', `${credentials()}<${element}></${element}>`, NOBODY],
    ['an empty ARN', `${credentials()}<${element}><Arn></Arn></${element}>`, NOBODY],
    ['spaces in the ARN', credentials() + principal(element, `${resource} x`), NOBODY],
    ['no account in the ARN', credentials() + principal(element, resource, ''), { ...NOBODY, arn }],
  ];
}

const NOBODY = { arn: undefined, account: undefined };

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
