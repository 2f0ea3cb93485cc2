import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SCENES, sourceOf } from '../../pictures/scenes';
import { startSandbox } from '../../sandbox/sandbox';
import { startRunning } from '../scenarios/running';

const FOLDER = join(__dirname, '../../docs/pictures');
const MAX_BYTES = 100_000;

const sources = JSON.parse(readFileSync(join(FOLDER, 'sources.json'), 'utf8')) as Record<string, string>;

test.each(Object.entries(SCENES))('the picture %s shows what the step writes now', async (name, scene) => {
  const { driver, waiting, end } = startRunning({ asProcesses: false });
  const sandbox = await startSandbox({ waiting });
  try {
    const source = sourceOf(await scene({ sandbox, driver }));
    // If not, "npm run build" and "npm run pictures" make it again.
    expect({ [name]: source }).toEqual({ [name]: sources[name] });
  } finally {
    await sandbox.close();
    end();
  }
});

test.each(['.', 'before'])('there are no other pictures in %s, and none is large', (folder) => {
  const pictures = readdirSync(join(FOLDER, folder)).filter((file) => file.endsWith('.png'));
  expect(pictures.sort()).toEqual(
    Object.keys(SCENES)
      .map((name) => `${name}.png`)
      .sort(),
  );
  for (const picture of pictures) expect(statSync(join(FOLDER, folder, picture)).size).toBeLessThan(MAX_BYTES);
});
