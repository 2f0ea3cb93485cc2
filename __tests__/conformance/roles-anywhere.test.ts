import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { selfSigned } from '../network/certificate';
import { ForwardProxy } from '../network/forward-proxy';
import { stsClient } from '../sandbox/sts-client';
import { certificateJob, roleForCertificates, testAuthority, trustCertificate } from '../scenarios/certificates';
import { REGION, ROLE, Scenario } from '../scenarios/scenario';
import { exportedBy, type PrintedCredentials } from './credentials';
import { HAS_GO } from './go';
import { sessionOfHelper, sessionOfPython, type Asked } from './roles-anywhere-clients';

const HOST = `rolesanywhere.${REGION}.amazonaws.com`;

let scenario: Scenario;
let proxy: ForwardProxy;
const tls = selfSigned([HOST]);
beforeEach(async () => {
  scenario = await Scenario.start();
  proxy = await ForwardProxy.start({ ...tls, to: () => scenario.sandbox.url });
});
afterEach(async () => {
  proxy.close();
  await scenario.end();
});

/** Whose a session is. */
async function arnOf({ AccessKeyId, SecretAccessKey, SessionToken }: PrintedCredentials): Promise<string | undefined> {
  const client = stsClient(scenario.sandbox.url, { AccessKeyId, SecretAccessKey, SessionToken, Expiration: undefined });
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  scenario.calls();
  return Arn;
}

/** What the latest request for a session said, wherever in it that stood. */
function asked() {
  const { params, headers } = scenario.sandbox.requests.findLast(({ action }) => action === 'CreateSession') ?? {};
  const [algorithm, credential] = (headers?.authorization ?? '').split(/[ ,]/);
  return {
    params,
    certificates: [headers?.['x-amz-x509'], headers?.['x-amz-x509-chain']],
    algorithm,
    // The time of the request is in neither.
    credential: credential?.replace(/\/\d{8}\//, '/'),
  };
}

describe.each(['ec', 'rsa'] as const)('with a certificate whose key is of the type %s', (keyType) => {
  test.each([0, 1, 2])(
    'and %s others between it and the trust anchor, other clients get the session that the action gets',
    async (between) => {
      roleForCertificates(scenario.account);
      const { inputs, trustAnchor, profile } = await trustCertificate(scenario, [ROLE]);
      let issuer = await testAuthority();
      const chain: string[] = [];
      for (let index = 0; index < between; index += 1) {
        issuer = await issuer.createIntermediate(`CN=Intermediate ${index},O=octo`);
        chain.unshift(issuer.certificate);
      }
      const { certificate, privateKey } = await issuer.issue({ keyType });

      const job = certificateJob(scenario);
      const whole = [certificate, ...chain].join('\n');
      const step = { ...inputs, certificate: whole, 'certificate-private-key': privateKey, 'role-to-assume': ROLE };
      expect((await job.step({ with: step })).exitCode).toBe(0);
      const ours = asked();
      const { AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey, ...more } = exportedBy(job);
      const ourArn = await arnOf({ AccessKeyId, SecretAccessKey, SessionToken: more.AWS_SESSION_TOKEN });

      const toAsk: Asked = {
        trustAnchorArn: trustAnchor.arn,
        profileArn: profile.arn,
        roleArn: ROLE,
        certificate,
        chain: chain.join('\n'),
        privateKey,
        region: REGION,
        folder: job.folder,
      };
      const caFile = join(job.folder, 'proxy-ca.pem');
      writeFileSync(caFile, tls.cert);
      expect(await arnOf(await sessionOfPython(toAsk, { proxy: proxy.url, caFile }))).toBe(ourArn);
      expect(asked()).toEqual(ours);
      if (!HAS_GO) return;
      expect(await arnOf(await sessionOfHelper(toAsk, scenario.sandbox.url))).toBe(ourArn);
      expect(asked()).toEqual(ours);
    },
  );
});

test('the sandbox refuses others as it refuses the action', async () => {
  roleForCertificates(scenario.account, 'deploy', { actions: ['sts:AssumeRole'] });
  const { issued, trustAnchor, profile, inputs } = await trustCertificate(scenario, [ROLE]);
  const job = certificateJob(scenario);
  const main = await job.step({ with: { ...inputs, 'role-to-assume': ROLE } });
  expect(main.log.join('\n')).toContain(`Unable to assume role for ${ROLE}`);
  const toAsk: Asked = {
    trustAnchorArn: trustAnchor.arn,
    profileArn: profile.arn,
    roleArn: ROLE,
    chain: '',
    ...issued,
    region: REGION,
    folder: job.folder,
  };
  const caFile = join(job.folder, 'proxy-ca.pem');
  writeFileSync(caFile, tls.cert);
  await expect(sessionOfPython(toAsk, { proxy: proxy.url, caFile })).rejects.toThrow(
    `Unable to assume role for ${ROLE}`,
  );
  if (HAS_GO) {
    await expect(sessionOfHelper(toAsk, scenario.sandbox.url)).rejects.toThrow(`Unable to assume role for ${ROLE}`);
  }
  expect(scenario.calls()).toEqual(Array.from({ length: HAS_GO ? 3 : 2 }, () => 'CreateSession AccessDeniedException'));
});
