import { storedSecretsOf } from '../../../src/provisioning/access-keys/destinations';
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
