import { answer } from './credential-process/answer';

void answer(process.argv[2] ?? '', async (path) => {
  const { renew } = await import('./action/programs');
  return renew(path, process.env);
});
