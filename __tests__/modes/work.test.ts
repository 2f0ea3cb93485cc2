import type { Credentials } from '../../src/aws/credentials';
import type { SessionDestinations, SessionRequest } from '../../src/inputs/request';
import { sessionReport } from '../../src/modes/work';
import { systemClock } from '../../src/network/clock';
import { EXAMPLE_KEYS } from '../scenarios/scenario';

const identity = { arn: 'arn:aws:sts::123456789012:assumed-role/deploy/ci', account: '123456789012' };
const expiration = new Date('2030-01-01T00:00:00Z');
const sessionToken = 'AQoDYXdzEJrEXAMPLETOKEN';
/** An hour before they expire. */
const STEP = { env: {}, clock: { ...systemClock, time: () => Date.parse('2029-12-31T23:00:00Z') } };
const END = '2030-01-01 00:00 UTC';
const profile = {
  name: 'dev',
  overwrite: false,
  output: undefined,
  location: 'home',
  export: false,
  refresh: false,
} as const;

function asked(delivery: Partial<SessionDestinations>): SessionRequest {
  return {
    connection: { region: 'eu-central-1' },
    identity: { source: { from: 'github token' } },
    delivery: { environment: 'nothing', outputs: false, profile: undefined, ...delivery },
  } as unknown as SessionRequest;
}

const reportOf = (request: SessionRequest, credentials: Credentials = { ...EXAMPLE_KEYS, sessionToken, expiration }) =>
  sessionReport({ identity, credentials, roleArns: {} }, request, STEP);

test('the summary is a table, and the log says the same', () => {
  expect(reportOf(asked({ outputs: true }))).toEqual({
    log: [`Identity: ${identity.arn}`, 'Expires: 2030-01-01 00:00 UTC, after 1 h', 'Credentials: exported to: outputs'],
    summary: [
      `| Identity | [\`${identity.arn}\`](https://console.aws.amazon.com/iam/home#/roles/details/deploy) |`,
      '|:---|:---|',
      '| Expires | 2030-01-01 00:00 UTC, after 1 h |',
      '| Account | 123456789012 |',
      '| Region | eu-central-1 |',
      '| Credentials | exported to: outputs |',
    ],
  });
});

test.each<[Partial<SessionDestinations>, string]>([
  [{ environment: 'credentials and region' }, 'exported to: environment of later steps'],
  [{ outputs: true }, 'exported to: outputs'],
  [{ outputs: true, profile }, 'exported to: outputs, profile dev'],
  [{ environment: 'region' }, 'verified, and not exported'],
  [{ environment: 'credentials and region', profile: { ...profile, refresh: true } }, 'exported to: profile dev'],
])('who has the credentials: %j', (delivery, words) => {
  const { log, summary } = reportOf(asked(delivery));
  expect(log).toContain(`Credentials: ${words}`);
  expect(summary).toContain(`| Credentials | ${words} |`);
});

test.each<[what: string, credentials: Credentials, renewed: boolean, words: string]>([
  ['a session', { ...EXAMPLE_KEYS, sessionToken, expiration }, false, `${END}, after 1 h`],
  [
    'one that is renewed',
    { ...EXAMPLE_KEYS, sessionToken, expiration },
    true,
    `${END}, after 1 h; renewed for as long as the job runs`,
  ],
  ['keys', EXAMPLE_KEYS, false, 'never: they are access keys of a user'],
])('when %s ends', (_, credentials, renewed, words) => {
  const request = asked({ profile: { ...profile, refresh: renewed } });
  expect(reportOf(request, credentials).summary).toContain(`| Expires | ${words} |`);
});

test('a machine whose clock is ahead does not say how long it is until then', () => {
  const ahead = { ...STEP.clock, time: () => expiration.getTime() };
  const session = { identity, credentials: { ...EXAMPLE_KEYS, sessionToken, expiration }, roleArns: {} };
  expect(sessionReport(session, asked({ outputs: true }), { env: {}, clock: ahead }).log).toContain(`Expires: ${END}`);
});

test.each([
  ['of another vendor', { stsEndpoint: 'https://minio.example' }, identity.arn],
  ['of a partition without a public console', {}, 'arn:aws-iso:sts::123456789012:assumed-role/deploy/ci'],
])('an identity %s has no link to the console', (_, connection, arn) => {
  const request = { ...asked({}), connection: { region: 'eu-central-1', ...connection } } as unknown as SessionRequest;
  const session = { identity: { ...identity, arn }, credentials: EXAMPLE_KEYS, roleArns: {} };
  expect(sessionReport(session, request, STEP).summary[0]).toBe(`| Identity | \`${arn}\` |`);
});

test('what is not known of a session is not said', () => {
  const { log, summary } = reportOf(asked({ profile }), { ...EXAMPLE_KEYS, sessionToken });
  expect([...log, ...summary].join('\n')).not.toContain('Expires');
});

test('with a certificate, a session is renewed until the first of its chain ends', () => {
  const of = (validTo: string) => ({ validTo });
  const certificate = { leaf: of('Jan  1 00:00:00 2032 GMT'), chain: [of('Jan  1 00:00:00 2031 GMT')] };
  const request = {
    ...asked({ profile: { ...profile, refresh: true } }),
    identity: { source: { from: 'certificate', certificate } },
  } as unknown as SessionRequest;
  expect(reportOf(request).log).toContain(
    `Expires: ${END}, after 1 h; renewed for as long as the job runs and the certificate is valid, until ` +
      '2031-01-01 00:00 UTC',
  );
});
