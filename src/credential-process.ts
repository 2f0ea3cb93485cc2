import { answer } from './credential-process/answer';

void answer(process.argv[2] ?? '', async (path) => {
  const { renewSession } = await import('./action/programs');
  return renewSession(path, process.env);
});
