import { note, title } from '../sandbox/runner/terminal';
import { assumeRoleAct } from './assume-role';
import { certificateAct } from './certificate';
import { machineUserAct } from './machine-user';
import { manyAccountsAct } from './many-accounts';
import { mfaSessionAct } from './mfa-session';
import { signInAct } from './sign-in';

// Each act starts a local AWS of its own, runs the committed `dist` against it as a runner would, and cleans up.
void (async () => {
  await assumeRoleAct();
  await manyAccountsAct();
  await certificateAct();
  await signInAct();
  await mfaSessionAct();
  await machineUserAct();
  title('Done');
  note('Nothing is left running, and nothing was written outside this clone.');
})();
