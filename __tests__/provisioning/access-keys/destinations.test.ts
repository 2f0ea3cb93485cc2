import type { KeyDestination } from '../../../src/identities/declaration';
import { HCP_TERRAFORM } from '../../../src/identities/stored-secret';
import { destinationOf, storedSecretsOf } from '../../../src/provisioning/access-keys/destinations';
import { declaredUser, secretNamed, TO_GITHUB } from '../declared';

test('the secrets of a document: the halves of keys, and the seeds of MFA devices', () => {
  const seed = secretNamed('SEED');
  const user = declaredUser({
    mfaDevice: { name: 'phone', path: '/', deliver: [seed] },
    accessKey: { maxAge: undefined, grace: undefined, deliver: [TO_GITHUB] },
  });
  expect(storedSecretsOf([user, declaredUser()])).toEqual([
    secretNamed('CI_AWS_ACCESS_KEY_ID'),
    secretNamed('CI_AWS_SECRET_ACCESS_KEY'),
    seed,
  ]);
});

test.each<[destination: KeyDestination, words: string]>([
  [
    { to: 'github-secrets', prefix: '', location: { of: 'repository', repository: 'octo/app' } },
    'GitHub secrets of octo/app',
  ],
  [
    {
      to: 'github-secrets',
      prefix: 'CI_',
      location: { of: 'environment', repository: 'octo/app', environment: 'prod' },
    },
    'GitHub secrets CI_… of octo/app, environment prod',
  ],
  [
    { to: 'dependabot-secrets', prefix: '', location: { of: 'organization', organization: 'octo', visibility: 'all' } },
    'Dependabot secrets of the organization octo',
  ],
  [
    { to: 'terraform-cloud', workspace: { server: HCP_TERRAFORM, organization: 'acme', name: 'prod' } },
    'the workspace acme/prod',
  ],
])('a plan says where a key goes: %j', (destination, words) => {
  expect(destinationOf(destination).description).toBe(words);
});
