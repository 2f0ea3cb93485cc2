// Makes the pictures in docs/pictures of what steps write into the job summary: "npm run pictures" makes those that are
// not of what dist writes now, and "npm run pictures -- --all" makes all. "npm run pictures -- --before <commit>" makes
// those in docs/pictures/before, of what the dist of that commit writes in the same scenes. Needs Chromium, or CHROMIUM,
// its path, and the fonts Noto Sans, Noto Color Emoji and DejaVu Sans Mono.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { marked } from 'marked';
import UPNG from 'upng-js';
import { SCENES, sourceOf, STYLE } from '../pictures/scenes.ts';
import { startSandbox } from '../sandbox/sandbox.ts';

/** What GitHub shows otherwise than as it is, by its language. */
const BLOCKS = { diff, mermaid: ({ text }) => `<div class="mermaid">${escaped(text)}</div>` };

const { values } = parseArgs({ options: { all: { type: 'boolean' }, before: { type: 'string' } } });
const folder = fileURLToPath(new URL('../docs/pictures/', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'pictures-'));

try {
  if (values.before === undefined) await drawPresent();
  else await drawBefore(values.before);
} finally {
  rmSync(temp, { recursive: true, force: true });
}

/** Draws what is not as it was when it was drawn. */
async function drawPresent() {
  const record = join(folder, 'sources.json');
  const sources = JSON.parse(readFileSync(record, 'utf8'));
  for (const [name, scene] of Object.entries(SCENES)) {
    const markdown = await play(scene);
    const source = sourceOf(markdown);
    if (sources[name] === source && !values.all) continue;
    photograph(markdown, `${name}.png`);
    sources[name] = source;
  }
  writeFileSync(record, `${JSON.stringify(sources, null, 2)}\n`);
}

/** Draws what an earlier dist writes, for a page that shows it at half its width. */
async function drawBefore(commit) {
  const action = join(temp, 'action');
  const archive = join(temp, 'action.tar');
  execFileSync('git', ['archive', '--prefix=action/', `--output=${archive}`, commit, 'action.yml', 'dist']);
  execFileSync('tar', ['-xf', archive, '-C', temp]);
  for (const [name, scene] of Object.entries(SCENES))
    photograph(await play(scene, { action }), `before/${name}.png`, 1);
}

async function play(scene, stage) {
  const sandbox = await startSandbox();
  return scene({ sandbox, ...stage }).finally(() => sandbox.close());
}

/** The page on which GitHub shows the summary of a job. */
function pageOf(markdown) {
  const renderer = new marked.Renderer();
  const code = renderer.code.bind(renderer);
  renderer.code = (block) => (BLOCKS[block.lang] ?? code)(block);
  return `<!doctype html>
<meta charset="utf-8">
<style>${STYLE}</style>
<div class="card"><div class="job"><b>deploy</b> summary</div><div class="summary">${marked(markdown, { renderer })}</div></div>
<script src="${import.meta.resolve('@mermaid-js/tiny')}"></script>
<script type="module">
  await mermaid.run();
  document.title = document.documentElement.scrollHeight;
</script>`;
}

/** Lines in the colours of what is added, removed and changed. */
function diff({ text }) {
  const colours = { '+': 'added', '-': 'removed', '!': 'changed' };
  const lines = text.split('\n').map((line) => {
    const colour = colours[line[0]];
    return colour ? `<span class="${colour}">${escaped(line)}</span>` : escaped(line);
  });
  return `<pre><code>${lines.join('\n')}</code></pre>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

/** Has a browser show the page of a summary, first to learn how high it is. */
function photograph(markdown, name, scale = 1.5) {
  const [page, picture] = [join(temp, 'page.html'), join(folder, name)];
  mkdirSync(dirname(picture), { recursive: true });
  writeFileSync(page, pageOf(markdown));
  const drawn = browse('--window-size=932,100', '--dump-dom', `file://${page}`);
  const [, height] = /<title>(\d+)<\/title>/.exec(drawn) ?? [];
  const size = [`--window-size=932,${height}`, `--force-device-scale-factor=${scale}`];
  browse(...size, `--screenshot=${picture}`, `file://${page}`);
  writeFileSync(picture, withFewColours(readFileSync(picture)));
  console.log(`docs/pictures/${name}`);
}

/** The same picture, in half as many bytes. */
function withFewColours(png) {
  const picture = UPNG.decode(png);
  return Buffer.from(UPNG.encode(UPNG.toRGBA8(picture), picture.width, picture.height, 64));
}

/** Runs Chromium, until all is drawn; gives what it prints. */
function browse(...options) {
  const always = [
    '--headless',
    '--no-sandbox',
    '--hide-scrollbars',
    '--disable-lcd-text',
    '--virtual-time-budget=10000',
  ];
  const names = [process.env.CHROMIUM, 'chromium-headless-shell', 'chromium', 'google-chrome'].filter(Boolean);
  for (const name of names) {
    const browser = spawnSync(name, [...always, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    if (browser.error?.code === 'ENOENT') continue;
    if (browser.status !== 0) throw new Error(`${name} ended with ${browser.status ?? browser.error}.`);
    return browser.stdout;
  }
  throw new Error('There is no Chromium here: install it, or set CHROMIUM to its path.');
}
