import { CertificateAuthority } from '../sandbox/roles-anywhere/certificate-authority';
import { Job } from '../sandbox/runner/job';
import { startSandbox } from '../sandbox/sandbox';
import { allowing } from './policies';
import type { Stage } from './stage';
import { runUserStep } from './user-step';
import { stepsWithAction } from './workflow';

const WORKFLOW = 'roles-anywhere.yml';
const REGION = 'eu-central-1';

/** A role assumed with a certificate of a private authority, and what a step says once the certificate is revoked. */
export async function certificateAct(stage: Stage): Promise<void> {
  const sandbox = await startSandbox();
  const { rolesAnywhere } = sandbox;
  const account = sandbox.account('123456789012');
  const authority = await CertificateAuthority.create();
  const issued = await authority.issue();
  // Those that the example names.
  const anchor = rolesAnywhere.createTrustAnchor(account, {
    id: '11111111-2222-3333-4444-555555555555',
    region: REGION,
    certificates: [authority.certificate],
  });
  const role = account.createRole('deploy', {
    trust: allowing({
      Principal: { Service: 'rolesanywhere.amazonaws.com' },
      Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
      Condition: {
        StringEquals: { 'aws:PrincipalTag/x509Subject/CN': 'deploy' },
        ArnEquals: { 'aws:SourceArn': anchor.arn },
      },
    }),
  });
  rolesAnywhere.createProfile(account, {
    id: '66666666-7777-8888-9999-000000000000',
    region: REGION,
    roles: [role.arn],
  });
  const secrets = { CLIENT_CERTIFICATE: issued.certificate, CLIENT_CERTIFICATE_KEY: issued.privateKey };
  const job = new Job({ AWS_ENDPOINT_URL: sandbox.url });
  stage.act(`A role with a certificate, for runners without OIDC (examples/${WORKFLOW})`);
  try {
    const [inputs = {}] = await stepsWithAction(WORKFLOW, job.env, secrets);
    stage.log(await job.step({ with: inputs }), job);
    if (!stage.all) return;
    stage.scene('A later step asks AWS who it is');
    stage.show([await runUserStep('who-am-i.mjs', job.env)]);

    stage.scene('The same step, once the certificate is revoked');
    rolesAnywhere.revoke(anchor, issued.certificate);
    stage.log(await job.step({ with: inputs }), job);
    await stage.finish(job);
    stage.note('The key was in no file, and in no argument or variable of another program.');
  } finally {
    job.remove();
    await sandbox.close();
  }
}
