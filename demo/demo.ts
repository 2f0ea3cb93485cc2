import { parseArgs } from 'node:util';
import { assumeRoleAct } from './assume-role';
import { certificateAct } from './certificate';
import { machineUserAct } from './machine-user';
import { manyAccountsAct } from './many-accounts';
import { mfaSessionAct } from './mfa-session';
import { rotateAct } from './rotate';
import { signInAct } from './sign-in';
import { Stage } from './stage';
import { verifyAct } from './verify';

// Each act starts a local AWS of its own, runs the committed `dist` against it as a runner would, and cleans up.
const ACTS = [
  assumeRoleAct,
  manyAccountsAct,
  mfaSessionAct,
  machineUserAct,
  rotateAct,
  verifyAct,
  certificateAct,
  signInAct,
];

void (async () => {
  const { values } = parseArgs({ options: { all: { type: 'boolean', default: false } } });
  const stage = new Stage(values.all);
  for (const act of ACTS) await act(stage);
  stage.scene('\nNothing is left running, and nothing was written outside this clone. What to do next:');
  stage.show([
    'npm run try -- my-workflow.yml  a workflow of yours, run here in the same way',
    'npm run sandbox                 a local AWS for your own tools',
    'npm run demo -- --all           every step, log and plan of these acts',
    'README.md                       how to use the action in a workflow',
  ]);
})();
